"""What children ask for becomes what they weigh: equal ones a slot, mixed by each dimension."""

import random

import pytest

from autoscaler.bounds import Terms, Work, bound, lower_bound
from autoscaler.bounds.weighing import weighings

TERMS = Terms(slots=2, boot_seconds=120.0, wait_seconds=300.0)


def _weights(*shares: tuple[float, ...]) -> list[list[float]]:
    work = [Work(0, 100, one) for one in shares]
    return [[load.weight for load in loads] for loads in weighings(work, TERMS)]


def test_children_that_tell_no_shares_weigh_a_slot() -> None:
    assert _weights((), ()) == [[0.5, 0.5]]


@pytest.mark.parametrize(("share", "weight"), [(0.5, 1 / 2), (0.4, 1 / 2), (0.34, 1 / 2), (1, 1)])
def test_an_equal_share_is_rounded_to_what_fits_whole(share: float, weight: float) -> None:
    assert _weights((share,), (share,)) == [[pytest.approx(weight)] * 2]


def test_each_dimension_that_may_be_the_scarce_one_is_a_view() -> None:
    views = _weights((0.5, 0.25), (0.25, 0.5))

    assert sorted(views) == [[0.25, 0.5], [0.5, 0.25]]


def test_a_dimension_that_is_never_the_scarcer_one_is_left_out() -> None:
    assert _weights((0.5, 0.25), (1.0, 0.9)) == [[0.5, 1.0]]


def test_rounding_never_lets_less_fit_than_does() -> None:
    """Whatever fits a node together weighs 1 at most, in each view."""
    rng = random.Random(1)
    for _ in range(300):
        shares = [rng.choice((rng.uniform(0.01, 1), 1 / rng.randint(1, 6))) for _ in range(6)]
        (view,) = _weights(*((share,) for share in shares))
        for _ in range(20):
            chosen = rng.sample(range(6), rng.randint(1, 6))
            if sum(shares[at] for at in chosen) <= 1:
                assert sum(view[at] for at in chosen) <= 1 + 1e-9


@pytest.mark.parametrize("share", [0.5, 0.45])
def test_equal_asks_are_bounded_as_equal_slots_are(share: float) -> None:
    rng = random.Random(2)
    plain = [Work(rng.uniform(0, 4000), rng.lognormvariate(4, 1)) for _ in range(60)]
    asking = [one._replace(shares=(share, 0.1)) for one in plain]

    assert lower_bound(asking, TERMS) == pytest.approx(lower_bound(plain, TERMS))


def test_mixed_asks_cost_more_than_the_smallest_alone() -> None:
    small = [Work(0, 1000, (0.25, 0.25))] * 8
    mixed = [*small[:4], *[Work(0, 1000, (0.25, 1.0))] * 4]

    assert lower_bound(mixed, TERMS) > 2 * lower_bound(small, TERMS)


@pytest.mark.parametrize(
    "shares",
    [((0.5,), ()), ((0.5,), (0.5, 0.5)), ((1.2,),), ((0.0, 0.0),), ((0.5, -0.1),)],
)
def test_shares_that_cannot_be_are_refused(shares: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(ValueError, match="shares"):
        lower_bound([Work(0, 1, one) for one in shares], TERMS)


def test_no_work_costs_nothing() -> None:
    assert lower_bound([], TERMS) == 0


def test_without_scipy_the_bound_is_weaker_and_still_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = [Work(10.0 * at, 40) for at in range(60)]
    exact = lower_bound(work, TERMS)
    monkeypatch.setattr(bound, "exact_bounds_available", lambda: False)
    plain = lower_bound(work, TERMS)

    assert 0 < plain < exact
