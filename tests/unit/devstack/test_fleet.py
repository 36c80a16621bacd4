"""The record of the instances' lives, and the figures made of it."""

from random import Random

from devstack.fleet import BootTimes, Figures, Fleet, Life, figures


def a_fleet(least: float = 2, most: float = 2) -> Fleet:
    return Fleet(BootTimes(least, most), Random(1))


def test_an_instance_is_due_once_it_has_booted() -> None:
    fleet = a_fleet()
    fleet.launch(["i-a"], now=10)

    assert fleet.due(now=11.9) == ()
    assert [life.instance for life in fleet.due(now=12)] == ["i-a"]


def test_an_instance_is_launched_once_however_often_it_is_seen() -> None:
    fleet = a_fleet()
    fleet.launch(["i-a"], now=10)
    fleet.launch(["i-a", "i-b"], now=11)

    assert [(life.instance, life.launched_at) for life in fleet.lives()] == [
        ("i-a", 10),
        ("i-b", 11),
    ]


def test_boot_times_vary_within_their_bounds_and_repeat_with_the_seed() -> None:
    names = [f"i-{number}" for number in range(20)]
    one, other = a_fleet(2, 3), a_fleet(2, 3)
    one.launch(names, now=0)
    other.launch(names, now=0)

    assert one.lives() == other.lives()
    delays = {life.boots_at for life in one.lives()}
    assert len(delays) == 20
    assert 2 <= min(delays) <= max(delays) <= 3


def test_a_started_node_is_no_longer_due() -> None:
    fleet = a_fleet()
    fleet.launch(["i-a"], now=0)
    fleet.started("i-a", now=3)

    assert fleet.due(now=4) == ()


def test_an_instance_that_never_joins_is_due_no_more_and_is_paid_until_it_ends() -> None:
    fleet = a_fleet()
    fleet.launch(["i-a"], now=0)
    fleet.never_joins("i-a")
    assert fleet.due(now=9) == ()

    (gone,) = fleet.gone(present=[])
    fleet.terminated(gone.instance, now=10, killed=())
    assert figures(fleet.lives(), now=20).node_seconds == 10


def test_an_instance_terminated_before_it_booted_never_starts() -> None:
    fleet = a_fleet()
    fleet.launch(["i-a"], now=0)
    (gone,) = fleet.gone(present=[])
    fleet.terminated(gone.instance, now=1, killed=())

    assert fleet.due(now=5) == ()
    assert fleet.gone(present=[]) == ()


def test_figures_count_launches_peak_time_and_killed_work() -> None:
    lives = [
        Life("i-a", 0, 2, 2, terminated_at=10),
        Life("i-b", 5, 7, 7, terminated_at=20, killed=("alloc-1",)),
        Life("i-c", 10, 12, 12),
    ]

    assert figures(lives, now=30) == Figures(3, 2, 10 + 15 + 20, ("alloc-1",))


def test_figures_of_a_run_without_instances_are_zero() -> None:
    assert figures([], now=5) == Figures(0, 0, 0, ())
