"""The figures of a report."""

from autoscaler.simulator.report import SimulationReport, quantile_of


def a_report(*waits: float, dispatched: int) -> SimulationReport:
    """Of these waits, an hour of one node."""
    return SimulationReport(
        node_seconds=3600.0,
        waits=tuple(sorted(waits)),
        dispatched_count=dispatched,
        finished_count=len(waits),
        launched_count=1,
        peak_count=1,
        killed_count=0,
        lost_count=0,
        cycle_count=1,
        crash_count=0,
        ended_seconds=3600.0,
    )


def test_a_quantile_is_a_wait_that_was_seen() -> None:
    waits = tuple(float(one) for one in range(1, 101))

    assert [quantile_of(waits, share) for share in (0, 0.5, 0.95, 0.99, 1)] == [1, 50, 95, 99, 100]
    assert quantile_of((), 0.5) == 0.0


def test_children_that_never_started_are_late() -> None:
    report = a_report(10.0, 20.0, 400.0, dispatched=4)

    assert report.late_count(300) == 1
    assert report.late_share(300) == 0.5
    assert report.unserved_count == 1
    assert report.node_hours == 1.0


def test_a_report_of_nothing() -> None:
    report = a_report(dispatched=0)

    assert (report.mean_wait, report.wait(0.5), report.late_share(1)) == (0.0, 0.0, 0.0)
