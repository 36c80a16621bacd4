"""Where the contest's arrivals come from, and what is reckoned of them once."""

import gzip
from pathlib import Path

import pytest

from autoscaler.bounds import Work, lower_bound
from autoscaler.simulator.shapes import SHAPES
from bench.ground import Ground, Place, Source, always_on_late_share

TRACE = "arrival_s,service_s\n0,30\n1,60\n2,90\n3,120\n"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A folder of three traces."""
    for name in ("flash", "genai"):
        (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress(TRACE.encode()))
    (tmp_path / "idle.csv").write_text(TRACE)
    (tmp_path / "README.md").write_text("not a trace")
    return Source(tmp_path)


def test_all_traces_are_taken_unless_some_are_named(source: Source) -> None:
    assert source.names() == ("flash", "genai", "idle")
    assert source.names(["idle"]) == ("idle",)


@pytest.mark.parametrize("names", [["ramp"], []])
def test_traces_that_are_not_there_are_named(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(SystemExit, match=names[0] if names else "NAME"):
        Source(tmp_path).names(names)


def test_without_a_folder_there_are_the_generated_shapes() -> None:
    source = Source(scale=0.1)

    assert source.names() == SHAPES
    assert source.arrivals("idle", 1) != source.arrivals("idle", 2)
    assert source.arrivals("idle", 1) == source.arrivals("idle", 1)


def test_other_seeds_deal_the_service_times_out_anew_but_not_where_both_were_recorded(
    source: Source,
) -> None:
    first, second = source.arrivals("flash", 1), source.arrivals("flash", 2)

    assert [one.service_seconds for one in first] == [30, 60, 90, 120]
    assert sorted(one.service_seconds for one in second) == [30, 60, 90, 120]
    assert second != first
    assert source.arrivals("genai", 2) == source.arrivals("genai", 1)


def test_what_even_a_fleet_that_is_always_there_serves_late_is_a_share_of_the_children() -> None:
    """One slot, 200 s each: the third waits for 400 s, the fourth for 600."""
    work = [Work(0, 200.0)] * 4

    assert always_on_late_share(work, 1) == 0.5
    assert always_on_late_share(work, 2) == 0.0
    assert always_on_late_share([], 1) == 0.0


def test_a_place_whose_nodes_do_not_suffice_is_not_servable(source: Source) -> None:
    arrivals = [one._replace(service_seconds=400.0) for one in source.arrivals("flash", 1)]

    assert Ground(Place("flash", slots=2, nodes_max=2), arrivals).servable
    assert not Ground(Place("flash", slots=2, nodes_max=1), arrivals).servable


def test_the_bound_is_worked_out_unless_it_is_known(source: Source) -> None:
    place, arrivals = Place("flash"), source.arrivals("flash", 1)
    work = [Work(one.at_seconds, one.service_seconds) for one in arrivals]

    assert Ground(place, arrivals).bound_seconds == lower_bound(work, place.terms)
    assert Ground(place, arrivals, 7.0).bound_seconds == 7.0
