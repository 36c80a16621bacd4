"""The picture of ``autoscaler status`` in 80 columns, word for word."""

import json
from dataclasses import replace
from datetime import timedelta

from autoscaler import __version__
from autoscaler.cli.status_source import Shown
from autoscaler.cli.status_text import Style, as_json_text, as_text
from autoscaler.core.model import Missing, Running, Verdict, WaitsFor
from autoscaler.core.pause import Pause
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.status.documents import Leadership
from tests.builders import a_group, a_node, a_queue, an_instance, an_observation, at, some_settings
from tests.unit.autoscaler.status.cycles import Shown as OnBoard

SAFE = frozenset({"AZRebalance"})


class Seen:
    """A board whose picture is shown."""

    def __init__(self, *pools) -> None:
        self.on = OnBoard(*pools)

    def see(self, observed, **how):
        groups = observed.groups
        if groups is not None:
            groups = tuple(replace(one, suspended=SAFE) for one in groups)
        self.on.see(replace(observed, groups=groups), **how)

    def shown(self, seconds=0.0, *, nodes=False, live=True):
        board = self.on.board
        now = self.on.clock.now() + timedelta(seconds=seconds)
        status = replace(board.status(), pid=4711)
        return Shown(status, board.nodes() if nodes else None, now, live=live)

    def text(self, seconds=0.0, **how):
        return as_text(self.shown(seconds, **how), Style())


def test_a_pool_at_work():
    seen = Seen(some_settings(strategy="backlog"))
    seen.see(an_observation(queue=a_queue(3)))
    seen.on.clock.advance(10)
    seen.see(an_observation(a_node(1, live=2), queue=a_queue(1, 2)))

    assert (
        seen.text(2)
        == f"""\
autoscaler {__version__}, pid 4711, up 12 s, every 10 s; it is 12:00:12 UTC

nothing is wrong

pool transcode
  queue     1 pending, 2 running
  oldest    has waited for 10 s; the target is 2 min
  nodes     1 ready (1 busy, 0 idle)
  group     nomad-clients: 1 desired, 1 in service, its bounds 0 to 20; the pool
            keeps 0 to 20
  decision  desired 1 → 2 at 12:00:10 UTC, 2 s ago
            1 pending, 1 would need 1 new nodes at 2 per node; 1 new nodes or
            the oldest would start too late: within 120 s, a boot taking 120 s
            done: set the desired capacity of nomad-clients from 1 to 2

last changes
            12:00:10 UTC  desired 1 → 2
              done: set the desired capacity of nomad-clients from 1 to 2
            12:00:00 UTC  desired 0 → 2
              done: set the desired capacity of nomad-clients from 0 to 2"""
    )


def test_before_the_first_cycle_nothing_is_claimed():
    assert (
        Seen().text()
        == f"""\
autoscaler {__version__}, pid 4711, up 0 s, every 10 s; it is 12:00:00 UTC

nothing is wrong

pool transcode
  queue     pending unknown, running unknown, unplaceable unknown
  oldest    unknown
  nodes     unknown
  group     unknown; the pool keeps 0 to 20
  decision  none yet: the first cycle is under way

no changes of late"""
    )


def test_what_is_wrong_comes_first_with_its_mend_and_its_age():
    seen = Seen()
    seen.see(an_observation(group=a_group(size_max=10)))
    seen.on.clock.advance(60)
    missing = (Missing("nomad", "queue", "no leader"),)
    seen.see(replace(an_observation(missing=missing), queues=()))

    assert seen.text().splitlines()[2:8] == [
        "ERROR       Nomad does not tell of the queue: no leader",
        "            mend: see that a Nomad server runs, has a leader and takes the",
        "            token; `autoscaler check` tells more; no node is let go meanwhile",
        "            nomad.unread, since 12:01:00 UTC, 0 s",
        "",
        "pool transcode",
    ]
    assert "  queue     pending unknown, running unknown, unplaceable unknown" in seen.text()


def test_a_pause_cannot_be_overlooked():
    seen = Seen()
    pause = Pause(at(-60), at(600), "moving the database", "ann")
    seen.see(replace(an_observation(), pause=pause))
    lines = seen.text().splitlines()
    place = lines.index("pool transcode")

    assert lines[place + 1 : place + 4] == [
        "  PAUSED    by ann since 11:59:00 UTC, 60 s, ends in 10 min (12:10:00 UTC)",
        "            why: moving the database",
        "  queue     0 pending, 0 running",
    ]
    assert lines[2].startswith("warning     paused by ann until 12:10:00 UTC (in 10 min): moving")


def test_what_a_paused_pool_would_do_is_told_as_not_done():
    seen = Seen(some_settings(strategy="backlog"))
    seen.see(replace(an_observation(queue=a_queue(3)), pause=Pause(at(0), None, "why", "ann")))

    assert "  decision  desired stays at 0; else it would be 2 at 12:00:00 UTC" in seen.text()


def test_several_jobs_and_what_holds_one_are_told_each():
    seen = Seen(some_settings(jobs=("transcode", "thumbs")))
    held = a_queue(4, verdict=Verdict(WaitsFor.QUOTA, "cpu"))
    observed = replace(an_observation(), queues=(held, a_queue(0, 3, job="thumbs")))
    seen.see(observed)

    text = seen.text()

    assert "  queue     4 pending, 3 running, 4 unplaceable" in text
    assert "transcode: 4 pending, 0 running, 4 unplaceable; held by a quota: cpu" in text
    assert "            thumbs: 0 pending, 3 running" in text


def test_several_pools_and_groups_are_told_apart():
    pools = (some_settings(groups=("spot", "steady")), replace(some_settings(), name="other"))
    seen = Seen(*pools)
    seen.see(an_observation(groups=(a_group(name="spot"), a_group(name="steady"))))
    seen.see(replace(an_observation(queue=a_queue(1), group=a_group(size_max=9)), pool="other"))

    text = seen.text()

    assert "  group     spot: 0 desired" in text
    assert "            steady: 0 desired, 0 in service, its bounds 0 to 20\n" in text
    assert "warning     other: the pool may have 20 nodes" in text
    assert "12:00:00 UTC  other: desired 0 → 1" in text


def test_a_failed_action_is_told_however_many_went_before():
    seen = Seen()
    seen.see(an_observation(queue=a_queue(3)), refuses=SetDesiredCapacity)

    failed = "FAILED: set the desired capacity of nomad-clients from 0 to 2;"
    assert seen.text().count(failed) == 2
    assert seen.text().startswith("autoscaler")


def test_of_many_actions_and_changes_the_first_few_are_told():
    seen = Seen()
    for turn in range(1, 12):
        nodes = [a_node(number) for number in range(1, 6)]
        marks = {f"i-{number}": at(-60) for number in range(1, 6)}
        instances = [an_instance(number) for number in range(1, 6)]
        seen.see(an_observation(*nodes, group=a_group(*instances, marks=marks)))
        seen.on.clock.advance(turn)

    text = seen.text()

    assert "and 3 more actions" in text
    assert "and 3 before; `autoscaler explain --last N` tells of them" in text


def test_nodes_that_need_a_look_come_first_each_with_what_it_runs():
    seen = Seen()
    running = Running("transcode", at(-90), at(-91), "small", "transcode/dispatch-1-a")
    busy = replace(a_node(2, live=2), running=(running,) * 7)
    seen.see(an_observation(a_node(1), busy, a_node(3, eligible=False)))
    lines = seen.text(nodes=True).splitlines()
    place = lines.index("nodes")

    assert lines[place : place + 12] == [
        "nodes",
        "  foreign   n3 i-3",
        "              somebody else made it ineligible: no capacity, and left alone",
        "  busy      n2 i-2, cpu 100 %, memory 100 %",
        *["              transcode/dispatch-1-a small, for 90 s"] * 5,
        "              and 2 more",
        "  idle      n1 i-1, for 0 s",
        "",
    ]


def test_nodes_that_could_not_be_read_are_unknown_and_not_none():
    seen = Seen()
    seen.see(replace(an_observation(), nodes=None, missing=(Missing("nomad", "nodes", "no"),)))

    text = seen.text(nodes=True)

    assert "those of transcode are unknown: they could not be read" in text
    assert "  nodes     unknown" in text


def test_a_dry_run_says_so():
    seen = Seen()
    seen.on.configure(some_settings(), dry_run=True)

    assert "DRY RUN: nothing is done" in seen.text().splitlines()[0]


def test_who_leads_is_told_where_several_may():
    seen = Seen()
    lead = Leadership("leading", "here, pid 1", at(-3600), "s3://locks/leader.json")
    seen.on.configure(some_settings(), leadership=lambda: lead)
    assert seen.text().splitlines()[1] == (
        "leads since 11:00:00 UTC, 60 min, by s3://locks/leader.json"
    )
    by = replace(lead, role="standing_by")
    seen.on.configure(some_settings(), leadership=lambda: by)
    assert seen.text().splitlines()[1] == (
        "STANDS BY, and does nothing: here, pid 1 leads since 11:00:00 UTC, 60 min"
    )


def test_a_picture_of_the_journals_says_how_old_it_is():
    seen = Seen()
    seen.see(an_observation())

    head = seen.text(4000, live=False).splitlines()[:2]

    assert head == [
        "no daemon answers: this is the journal's last picture, of 12:00:00 UTC, 67 min",
        "ago",
    ]


def test_no_line_is_wider_than_a_terminal_unless_a_word_is():
    seen = Seen()
    seen.see(an_observation(a_node(1), queue=a_queue(300), group=a_group(size_max=3)))

    wide = [line for line in seen.text(nodes=True).splitlines() if len(line) > 80]

    assert wide == []


def test_colour_is_put_on_whole_lines_and_changes_no_word():
    seen = Seen()
    seen.see(an_observation(queue=a_queue(3)), refuses=SetDesiredCapacity)
    plain, coloured = seen.text(), as_text(seen.shown(), Style(colour=True))

    for code in ("1;31", "33", "32", "1", "2", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain
    assert "\x1b[1;31mERROR" in as_text(seen.shown(), Style(colour=True))


def test_json_is_the_apis_document():
    seen = Seen()
    seen.see(an_observation(a_node(1)))

    status = json.loads(as_json_text(seen.shown()))
    nodes = json.loads(as_json_text(seen.shown(nodes=True), indent=None))

    assert status["pools"][0]["nodes"]["idle"] == 1
    assert [one["name"] for one in nodes["nodes"]] == ["n1"]
    assert "\n" not in as_json_text(seen.shown(), indent=None)
