"""``autoscaler explain`` as its users call it: what it prints, and how it exits."""

import json
import logging
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from autoscaler.adapters.control_socket import ControlSocket
from autoscaler.adapters.journal import open_journal
from autoscaler.cli import main
from autoscaler.core.memory import Memory
from autoscaler.core.model import Missing, Observation, Running
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.core.settings import PoolSettings
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld

CHILD = "transcode/dispatch-1772366400-0a1b2c3d"
RUNNING = Running("transcode", at(-30), at(-31), child="transcode/dispatch-1772366300-ffff0000")
BUSY = a_node(1, live=2, running=(RUNNING, RUNNING))
FULL = some_settings(size_max=1)


def a_report(
    observed: Observation | None = None,
    settings: PoolSettings = FULL,
    *,
    seconds: float = 0,
    refuses: type[object] | None = None,
) -> CycleReport:
    """A cycle of a pool that is full, with three children waiting, unless said otherwise."""
    clock = FakeClock()
    clock.advance(seconds)
    seen = observed or an_observation(BUSY, queue=a_queue(3, 2))
    world = FakeWorld(replace(seen, pool=settings.name), refuses=refuses)
    return run_cycle(world, [], settings, Memory(), clock, cycle_id=f"c-{seconds:g}")


@pytest.fixture(autouse=True)
def logs_put_back():
    """The command sends all logs to its own standard error, which ends with the test."""
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    """Writes reports into a journal that nobody has open."""

    def written(*reports: CycleReport) -> None:
        journal = open_journal(tmp_path, at(0))
        assert journal is not None
        with closing(journal):
            for report in reports:
                journal.record(report)

    return written


@pytest.fixture
def explain(tmp_path: Path, capsys, monkeypatch) -> Callable[..., tuple[int, str]]:
    """Runs the command on that state directory, at a place whose clocks are an hour ahead."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()

    def run(*arguments: str, state: Path = tmp_path) -> tuple[int, str]:
        code = main(["explain", "--state-dir", str(state), *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    yield run
    monkeypatch.undo()
    time.tzset()


def test_the_last_decisions_are_printed_with_times_reasons_and_what_was_done(write, explain):
    write(
        a_report(an_observation(queue=a_queue(3))),
        *(a_report(seconds=seconds) for seconds in (60, 120)),
    )

    code, text = explain()

    assert code == 0
    assert text.splitlines()[1].startswith("  as of 2026-03-01 13:02:00 CET (12:02:00 UTC), ")
    assert "from the journal: no daemon runs, so nothing is decided meanwhile" in text
    assert "  3 pending, 2 running; 1 ready (1 busy, 0 idle), 0 in flight, 0 cordoned" in text
    bought, held = text.split("\n\n")[1:3]
    assert bought.splitlines()[:2] == [
        "  2026-03-01 13:00:00 CET (12:00:00 UTC)",
        "  desired 0 → 1",
    ]
    assert "done: set the desired capacity of nomad-clients from 0 to 1" in bought
    assert held.splitlines()[:2] == [
        "  2026-03-01 13:01:00 CET (12:01:00 UTC) to 13:02:00 CET (12:02:00 UTC), 60 s",
        "  desired stays at 1",
    ]
    assert "    size_max            the pool's maximum is 1" in held


def test_a_waiting_child_is_explained_from_the_journal_and_what_is_not_known_is_said(
    write, explain
):
    write(a_report())

    code, text = explain("--job", CHILD)

    assert code == 0
    assert text.splitlines()[0] == f"{CHILD}  (pool transcode)"
    assert "if it still waits: no node has room for it, and the pool is at its maximum" in text
    assert "Nomad was not asked, no --config was given" in text


def test_a_child_that_ran_when_the_picture_was_taken_is_found_by_part_of_its_id(write, explain):
    write(a_report())

    code, text = explain("--job", "ffff0000")

    assert code == 0
    assert f"{RUNNING.child}  (pool transcode)" in text
    assert (
        "when this picture was taken: it does not wait: running since 2026-03-01 11:59 UTC" in text
    )


def test_nomad_that_does_not_answer_is_said_and_the_picture_answers(write, explain, tmp_path):
    write(a_report())
    config = tmp_path / "autoscaler.yaml"
    config.write_text(
        "nomad: {address: 'http://127.0.0.1:9'}\n"
        "aws: {region: eu-west-1}\n"
        "pools:\n"
        "  - name: transcode\n"
        "    jobs: [transcode]\n"
        "    group: nomad-clients\n"
        "    nodes: {class: transcode}\n"
        "    size: {max: 1}\n"
        "    node: {cpu: 2000, memory: 2000}\n"
    )

    child = explain("--config", str(config), "--job", CHILD)
    node = explain("--config", str(config), "--node", "n9")

    assert child[0] == 0
    assert "Nomad was not asked, Nomad at http://127.0.0.1:9" in child[1]
    assert node[0] == 1
    assert "whether another part of the cluster has it is not known" in node[1]


@pytest.mark.parametrize("given", ["n1", "i-1", "node-1"])
def test_a_node_is_explained_by_any_of_its_names(write, explain, given):
    write(a_report())

    code, text = explain("--node", given)

    assert code == 0
    assert f"{given}  (pool transcode)\n  it stays: busy with 2 children" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--node", "n9"), "the pool transcode has no node or instance 'n9'; did you mean n1"),
        (
            ("--job", "nope"),
            "'nope' is neither the whole id of a child nor part of that of one that ran",
        ),
    ],
)
def test_what_is_not_known_is_said_and_ends_with_1(write, explain, arguments, words):
    write(a_report())

    code, text = explain(*arguments)

    assert code == 1
    assert words in text


def test_a_child_of_no_pools_job_is_told_what_jobs_there_are(write, explain):
    write(a_report())

    code, text = explain("--job", "other/dispatch-1772366390-0a1b2c3d")

    assert code == 0
    assert "other is no job of any pool here, which serve transcode" in text


def test_a_node_is_looked_for_in_every_pool_or_in_one(write, explain):
    other = replace(FULL, name="other", jobs=("other",))
    far = an_observation(a_node(7, live=1))
    write(a_report(), a_report(far, other))

    assert explain("--node", "n7")[1].startswith("n7  (pool other)")
    code, text = explain("--node", "n9")
    assert code == 1
    assert "the pool transcode has no" in text
    assert "the pool other has no" in text
    assert explain("--pool", "transcode", "--node", "n7")[0] == 1


def test_an_action_that_failed_is_told_beside_the_answer(write, explain):
    refused = a_report(
        an_observation(BUSY, queue=a_queue(3)), some_settings(), refuses=SetDesiredCapacity
    )
    write(refused)

    code, text = explain("--job", CHILD)

    assert code == 0
    assert "failed in that cycle: set the desired capacity of nomad-clients from 1 to 3" in text
    assert "refused by the test" in text
    assert "the cycle failed" in explain()[1]


def test_what_could_not_be_read_is_no_zero(write, explain):
    missing = (Missing("aws", "group", "throttled"), Missing("nomad", "queue", "refused"))
    write(a_report(replace(an_observation(missing=missing), queues=(), groups=None)))

    _, text = explain()

    assert "  group unknown; queue unknown" in text
    assert "group: throttled" in text


def test_a_running_daemon_answers_before_its_journal(write, explain, tmp_path):
    write(a_report())
    daemon = ControlSocket(tmp_path)
    assert daemon.open()
    try:
        daemon.report(a_report(seconds=30))
        text = explain()[1]
    finally:
        daemon.close()

    assert "13:00:30 CET (12:00:30 UTC)" in text.splitlines()[1]
    assert "from the running daemon (pid " in text
    # It was months ago, by the clock of the test.
    assert "its cycles do not get on, see its log" in text


def test_the_same_facts_are_had_as_json_with_stable_codes(write, explain):
    write(a_report())

    whole = json.loads(explain("--json")[1])
    child = json.loads(explain("--json", "--job", CHILD)[1])

    assert whole["pools"][0]["picture"]["source"] == "journal"
    assert whole["pools"][0]["picture"]["at"] == "2026-03-01T12:00:00+00:00"
    (held,) = whole["pools"][0]["decisions"]
    assert (held["code"], held["record_count"]) == ("held", 1)
    assert [one["code"] for one in held["details"]] == ["demand", "size_max"]
    assert (child["subject"], child["found"]) == (CHILD, True)
    assert child["explanation"]["code"] == "size_max"
    position = next(one for one in child["explanation"]["details"] if one["code"] == "position")
    assert position["numbers"] == {"position": 3, "pending_count": 3, "ahead_count": 2}


def test_so_many_decisions_are_told_as_are_asked_for(write, explain):
    write(
        a_report(an_observation(queue=a_queue(3))),
        a_report(seconds=60),
        a_report(an_observation(BUSY), seconds=70),
    )

    assert len(json.loads(explain("--json", "--last", "2")[1])["pools"][0]["decisions"]) == 2


def test_without_a_daemon_and_a_journal_it_ends_with_1_and_the_mend(explain, tmp_path):
    code, text = explain(state=tmp_path / "nowhere")

    assert code == 1
    assert text == (
        f"autoscaler: there is no directory {tmp_path / 'nowhere'}; start the daemon, or name the "
        "state_dir that it has with --state-dir\n"
    )


def test_a_pool_that_is_not_there_ends_with_2(write, explain):
    write(a_report())

    assert explain("--pool", "nope") == (2, "autoscaler: no pool 'nope'; there are transcode\n")


def test_without_a_place_to_look_at_it_ends_with_2(capsys, monkeypatch):
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)

    assert main(["explain"]) == 2
    assert "--config FILE or --state-dir DIR" in capsys.readouterr().err


def test_systemds_state_directory_is_looked_at_where_none_is_named(
    write, capsys, monkeypatch, tmp_path
):
    write(a_report())
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}:/elsewhere")

    assert main(["explain"]) == 0
    assert "pool transcode" in capsys.readouterr().out


@pytest.mark.parametrize("last", ["0", "many"])
def test_a_bad_number_is_refused(explain, last):
    with pytest.raises(SystemExit):
        explain("--last", last)
