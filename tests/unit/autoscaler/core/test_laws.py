"""Which law is whose, and that it does not matter what was asked before."""

import random

import pytest

from autoscaler.core.laws import ServiceLaws, mixture
from autoscaler.core.memory import Memory
from autoscaler.core.service_law import SAMPLE_TRUSTED, law_of


def laws(**by_profile):
    """Of one job, ``transcode``."""
    return ServiceLaws(Memory(service_seconds={"transcode": by_profile}))


def test_a_profile_has_its_own_law_once_enough_of_it_was_measured():
    small, large = (5.0,) * SAMPLE_TRUSTED, (50.0,) * (SAMPLE_TRUSTED - 1)
    found = laws(small=small, large=large)

    assert set(found.of("transcode", "small").sample) == {5.0}
    assert set(found.of("transcode", "large").sample) == {5.0, 50.0}
    assert set(found.of("transcode").sample) == {5.0, 50.0}


def test_an_unknown_job_has_the_prior():
    assert laws().of("other").sample == law_of([]).sample


def test_the_next_child_is_of_each_job_by_its_share_of_the_queue():
    memory = Memory(service_seconds={"a": {"": (1.0,) * 30}, "b": {"": (100.0,) * 30}})

    sample = mixture(ServiceLaws(memory), {"a": 30, "b": 10}).sample

    assert sample.count(1.0) / len(sample) == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_laws_do_not_depend_on_what_was_asked_before(seed):
    """Samples that grow, slide, jump and are lost give the laws of those samples alone."""
    rng = random.Random(seed)
    samples = {"small": (), "large": ()}
    for _ in range(200):
        for profile in samples:
            new = tuple(rng.lognormvariate(4, 1) for _ in range(rng.choice((0, 0, 1, 2, 40))))
            samples[profile] = (*samples[profile], *new)[-50:]
        if rng.random() < 0.05:
            samples[rng.choice(("small", "large"))] = ()

        found = laws(**samples)

        everything = law_of([one for sample in samples.values() for one in sample])
        own = samples["small"] if len(samples["small"]) >= SAMPLE_TRUSTED else None
        small = everything if own is None else law_of(own)
        for law, anew in (
            (found.of("transcode"), everything),
            (found.of("transcode", "small"), small),
        ):
            assert list(law.sample) == list(anew.sample)
            assert law.endings(3.0).begun([2]) == anew.endings(3.0).begun([2])
            assert law.endings(3.0).ended_by([11]) == anew.endings(3.0).ended_by([11])


def test_an_unchanged_sample_gives_the_law_that_is_there():
    sample = tuple(float(one) for one in range(30))

    assert laws(small=sample).of("transcode") is laws(small=sample).of("transcode")
