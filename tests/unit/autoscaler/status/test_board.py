"""The board: told by cycles, asked by anybody, and never behind what it was told."""

import threading
from dataclasses import replace

from autoscaler import __version__
from autoscaler.alarms import Alarms
from autoscaler.clock import SystemClock
from autoscaler.core.model import Missing
from autoscaler.status.board import StatusBoard
from autoscaler.status.documents import Point
from autoscaler.status.past import PastCycle
from tests.builders import a_node, a_queue, an_observation, at, idle_since, some_settings
from tests.unit.autoscaler.status.cycles import Shown, a_report

OTHER = replace(some_settings(), name="other")
NO_NODES = replace(an_observation(), nodes=None, missing=(Missing("nomad", "nodes", "refused"),))


class KeptPast:
    """What outlives a board."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[object, Point]] = {}
        self.cycles: dict[str, tuple[PastCycle, ...]] = {}

    def keep_minute(self, pool, point):
        self.kept.setdefault(pool, {})[point.at] = point

    def minutes(self, pool, since):
        return tuple(one for moment, one in self.kept.get(pool, {}).items() if moment >= since)

    def past_cycles(self, pool):
        return self.cycles.get(pool, ())


def test_it_tells_of_itself_and_of_pools_that_had_no_cycle_yet():
    shown = Shown(some_settings(), OTHER)
    shown.clock.advance(3)
    status = shown.board.status()

    assert (status.version, status.started_at, status.at) == (__version__, at(0), at(3))
    assert (status.dry_run, status.interval_seconds) == (False, 10.0)
    assert [(one.name, one.decision) for one in status.pools] == [
        ("transcode", None),
        ("other", None),
    ]
    assert shown.board.nodes().unread == ("transcode", "other")
    assert (status.changes, status.wrongs) == ((), ())


def test_the_last_cycle_of_a_pool_is_shown():
    shown = Shown()
    shown.see(an_observation(queue=a_queue(3)))
    shown.clock.advance(10)
    shown.see(an_observation(a_node(1, live=2), queue=a_queue(1, 2)))

    assert (shown.pool.queue.pending, shown.pool.nodes.busy) == (1, 1)
    assert shown.pool.decision.at == at(10)
    assert [one.at for one in shown.board.status().changes] == [at(10), at(0)]
    assert [one.name for one in shown.board.nodes().nodes] == ["n1"]
    assert shown.board.nodes().unread == ()


def test_a_failed_cycle_is_shown_with_when_the_last_good_one_was():
    shown = Shown()
    assert shown.pool.last_success_at is None
    shown.see(an_observation())
    shown.clock.advance(10)
    shown.see(NO_NODES)

    assert shown.pool.last_success_at == at(0)
    assert shown.pool.decision.outcome == "failed"
    assert shown.board.nodes().unread == ("transcode",)


def test_a_document_is_made_once_and_anew_after_news():
    shown = Shown()
    shown.see(an_observation())
    first, nodes = shown.board.status(), shown.board.nodes()
    assert shown.board.status() is first
    assert shown.board.nodes() is nodes

    shown.see(an_observation())

    assert shown.board.status().revision > first.revision
    assert shown.board.nodes().revision == shown.board.status().revision


def test_alarms_and_silence_are_news_though_no_cycle_ends():
    shown = Shown()
    shown.see(an_observation())
    before = shown.board.revision
    shown.alarms.sound("metrics.dropped", what="no agent", mend="start it")
    alarmed = shown.board.revision
    shown.clock.advance(181)
    silent = shown.board.revision

    assert before < alarmed < silent
    assert {"metrics.dropped", "cycle.silent"} <= shown.wrongs.keys()
    assert not shown.board.health().alive
    assert shown.board.revision == silent


def test_a_cycle_that_broke_off_is_news():
    shown = Shown()
    shown.see(an_observation())
    before = shown.board.revision

    shown.board.cycle_ended("transcode")

    assert shown.board.revision > before
    assert not shown.board.health().ready


def test_the_end_of_a_cycle_that_was_reported_is_none():
    shown = Shown()
    shown.see(an_observation())
    shown.board.report(a_report(an_observation(), clock=shown.clock))
    before = shown.board.revision

    shown.board.cycle_ended("transcode")

    assert shown.board.revision == before


def test_since_when_a_node_is_in_its_state_is_seen_over_an_outage():
    shown = Shown()
    shown.see(an_observation(a_node(1)), idle_since(-30, 1))
    shown.clock.advance(10)
    shown.see(an_observation(a_node(1, live=1)))
    shown.clock.advance(10)
    shown.see(NO_NODES)
    shown.clock.advance(10)
    shown.see(an_observation(a_node(1, live=1)))

    (node,) = shown.board.nodes().nodes
    assert (node.state, node.since) == ("busy", at(10))


def test_a_reload_lets_go_of_pools_and_keeps_what_it_knows_of_the_rest():
    shown = Shown(some_settings(), OTHER)
    shown.see(an_observation(queue=a_queue(3)))
    shown.configure(replace(some_settings(), size=replace(some_settings().size, max=7)))

    status = shown.board.status()

    assert [(one.name, one.size_max) for one in status.pools] == [("transcode", 7)]
    assert status.pools[0].queue.pending == 3
    assert [one.pool for one in shown.board.history(1).pools] == ["transcode"]


def test_history_is_told_by_the_hour_with_the_minute_under_way():
    shown = Shown()
    for pending in (1, 4, 2):
        shown.see(an_observation(queue=a_queue(pending)))
        shown.clock.advance(20)
    shown.clock.advance(3600)
    shown.see(an_observation())

    whole = shown.board.history(24)
    (last_hour,) = shown.board.history(0.5).pools

    assert whole.step_seconds == 60
    assert [one.pending for one in whole.pools[0].points] == [4, 0]
    assert [one.at for one in last_hour.points] == [at(3660)]
    assert shown.board.history(-1).pools[0].points == last_hour.points


def test_minutes_are_kept_as_they_end_and_the_last_one_at_the_end():
    minutes = KeptPast()
    shown = Shown(past=minutes)
    for seconds, pending in ((0, 5), (30, 9), (30, 2)):
        shown.clock.advance(seconds)
        shown.see(an_observation(queue=a_queue(pending)))
    assert [one.pending for one in minutes.kept["transcode"].values()] == [9]
    shown.board.flush()

    again = Shown(past=minutes)
    again.clock.advance(70)
    again.see(an_observation(queue=a_queue(1)))

    (history,) = again.board.history(1).pools
    assert [(one.at, one.pending) for one in history.points] == [(at(0), 9), (at(60), 2)]


def a_past_cycle(seconds, pool="transcode", *, observed=None):
    """One of an earlier run, which bought unless said otherwise."""
    report = a_report(observed or an_observation(queue=a_queue(3)))
    return PastCycle(pool, "c-9", at(seconds), report.outcome, 0.1, report.decision, report.actions)


def test_what_an_earlier_run_decided_is_told_before_what_this_one_does():
    past = KeptPast()
    quiet, as_before = (a_past_cycle(ago, observed=an_observation()) for ago in (-110, -100))
    past.cycles = {
        "other": (a_past_cycle(-200, "other"), a_past_cycle(-50, "other")),
        "transcode": (quiet, as_before, a_past_cycle(-90)),
    }
    shown = Shown(some_settings(), OTHER, past=past)
    shown.see(an_observation(queue=a_queue(5)))

    told = [(one.pool, one.at) for one in shown.board.status().changes]

    assert told == [
        ("transcode", at(0)),
        ("other", at(-50)),
        ("transcode", at(-90)),
        ("other", at(-200)),
    ]
    of_pool = shown.board.decisions("transcode", 9).decisions
    assert [one.at for one in of_pool] == [at(0), at(-90), at(-110)]
    shown.configure(some_settings(), OTHER)
    assert len(shown.board.status().changes) == 4


def test_a_reload_does_not_read_again_what_is_there():
    minutes = KeptPast()
    shown = Shown(past=minutes)
    shown.see(an_observation(queue=a_queue(5)))
    minutes.kept["transcode"] = {at(-60): Point(at(-60), 1, 1, 1.0, 1, 1, 1, 1, 1)}

    shown.configure(some_settings(), OTHER)

    assert [one.at for one in shown.board.history(1).pools[0].points] == [at(0)]


def test_who_waits_is_woken_by_a_cycle():
    board = StatusBoard(SystemClock(), Alarms(SystemClock().now))
    seen = board.revision
    woken: list[int] = []
    waiting = threading.Thread(target=lambda: woken.append(board.wait_beyond(seen, 30)))
    waiting.start()

    board.report(a_report(an_observation()))
    waiting.join(10)

    assert woken == [board.revision]
    assert woken[0] > seen


def test_who_waits_hears_of_alarms_too():
    alarms = Alarms(SystemClock().now)
    board = StatusBoard(SystemClock(), alarms)
    seen = board.revision
    woken: list[int] = []
    waiting = threading.Thread(target=lambda: woken.append(board.wait_beyond(seen, 30)))
    waiting.start()

    alarms.sound("metrics.dropped", what="no agent", mend="start it")
    waiting.join(10)

    assert woken
    assert woken[0] > seen


def test_nobody_waits_for_longer_than_asked():
    board = StatusBoard(SystemClock(), Alarms(SystemClock().now))

    assert board.wait_beyond(board.revision, 0.01) == board.revision
    assert board.wait_beyond(board.revision - 1, 30) == board.revision


def test_it_can_be_asked_from_many_threads_while_cycles_are_told():
    shown = Shown()
    reports = [
        shown.see(an_observation(*(a_node(number) for number in range(count))))
        for count in range(1, 20)
    ]
    errors: list[Exception] = []
    over = threading.Event()

    def ask() -> None:
        try:
            while not over.is_set():
                nodes, status = shown.board.nodes(), shown.board.status()
                assert len(nodes.nodes) in range(1, 20)
                assert status.pools[0].nodes.idle in range(1, 20)
                shown.board.history(1)
                shown.board.decisions(None, 50)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to show it
            errors.append(error)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for report in reports * 5:
        shown.board.report(report)
    over.set()
    for asker in askers:
        asker.join(10)

    assert errors == []
