"""A memory is set along with the clock: all that was read from it, and nothing of others'."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta

import pytest

from autoscaler.core.memory import (
    Arrivals,
    Boot,
    Ended,
    Ends,
    Memory,
    NodeTemplate,
    Request,
    Trouble,
)
from autoscaler.core.model import FailureKind
from autoscaler.core.policy import decide
from autoscaler.core.shifting import shifted
from tests.builders import SHAPE, a_node, an_observation, at, idle_since, some_settings

HOUR = timedelta(hours=1)
#: Of AWS's clock, which nobody here sets.
THEIRS = {"boots.i-1.launched_at", "boots.i-2.launched_at", "boots.i-2.requested_at"} | {
    "troubles.spot.last_at"
}
FULL = Memory(
    idle_since={"node-1": at(1)},
    last_scale_out_at=at(2),
    last_scale_in_at=at(3),
    template=NodeTemplate(SHAPE),
    requests=(Request("spot", at(4), 2),),
    boots={
        "i-1": Boot("spot", at(5), at(6), at(7), at(8), at(9), at(10)),
        # Launched by somebody else: there is no request of ours.
        "i-2": Boot("spot", at(11), at(11)),
    },
    nodeless_since={"i-1": at(19)},
    boot_seconds=(60.0,),
    service_seconds={"transcode": {"small": (1.0,)}},
    ends=Ends(at(12), (Ended(at(13), "transcode", "small", 20.0),)),
    arrivals=(Arrivals(at(14), 3),),
    dispatched={"transcode": 4},
    troubles={"spot": Trouble(FailureKind.CAPACITY, 1, at(15), "none", frozenset({"a"}))},
    never_joined_count=1,
    fitting_since=at(16),
    heartbeats={"i-1": at(17)},
    last_never_joined_at=at(18),
)


def instants(value: object, path: str = "") -> Iterator[tuple[str, datetime]]:
    """Every instant in it, by where it is."""
    if isinstance(value, datetime):
        yield path.removeprefix("."), value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from instants(one, f"{path}.{key}")
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from instants(one, f"{path}.{number}")
    elif is_dataclass(value):
        for one in fields(value):
            yield from instants(getattr(value, one.name), f"{path}.{one.name}")


def test_the_memory_of_this_test_has_everything_that_one_can_have() -> None:
    """A field that is added later must be added here, and thought of there."""
    empty = Memory()
    assert [
        one.name for one in fields(FULL) if getattr(FULL, one.name) == getattr(empty, one.name)
    ] == []


@pytest.mark.parametrize("by", [HOUR, -HOUR, timedelta(seconds=-2.5)], ids=str)
def test_every_instant_of_our_clock_goes_along_and_no_other(by: timedelta) -> None:
    before, after = dict(instants(FULL)), dict(instants(shifted(FULL, by)))

    assert before.keys() == after.keys()
    assert {path for path in before if after[path] == before[path]} == THEIRS
    assert {after[path] - before[path] for path in before.keys() - THEIRS} == {by}


def test_what_is_no_instant_stays_and_there_and_back_is_the_same() -> None:
    assert shifted(shifted(FULL, HOUR), -HOUR) == FULL
    assert shifted(Memory(), HOUR) == Memory()
    still = replace(FULL, idle_since={}, boots={}, heartbeats={})
    assert shifted(still, HOUR).service_seconds == FULL.service_seconds


@pytest.mark.parametrize("idle_seconds", [299, 300])
@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=str)
def test_a_clock_that_is_set_makes_no_node_go_sooner_or_later(
    by: timedelta, idle_seconds: float
) -> None:
    observed, settings = an_observation(a_node(1)), some_settings()
    memory = idle_since(0, 1)

    as_before = decide(observed, settings, memory, at(idle_seconds))
    set_along = decide(observed, settings, shifted(memory, by), at(idle_seconds) + by)

    assert bool(as_before.cordon) == bool(set_along.cordon) == (idle_seconds >= 300)
