"""One task over fakes: what is published, what is told, and what is left behind."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.transcoder.builders import LARGE, SMALL, a_media, a_run, a_video, an_audio
from tests.unit.transcoder.fakes import (
    MD5,
    UNREADABLE,
    FakeEncoder,
    FakeSource,
    FakeStore,
    FakeWorld,
)
from transcoder.core.command import ALL_STREAMS
from transcoder.core.media import Colour
from transcoder.core.outcome import Exit, Outcome
from transcoder.errors import Interrupted, Reason, TaskError
from transcoder.ports import Label, Published
from transcoder.task import Task, run_task

SMALL_NAME, LARGE_NAME = f"out-{MD5}-small.mp4", f"out-{MD5}-large.mp4"


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task("http://h/in.mp4", (SMALL, LARGE), tmp_path)


def run(task: Task, fake: FakeWorld) -> Outcome:
    """Run a task; whatever happens, nothing may stay in the scratch space."""
    outcome = run_task(task, fake.world)
    assert list(task.scratch.iterdir()) == []
    return outcome


def test_all_profiles_are_made_by_one_encode_and_published(task: Task) -> None:
    fake = FakeWorld()
    outcome = run(task, fake)
    assert (outcome.word, outcome.exit, outcome.input_md5) == ("done", Exit.DONE, MD5)
    assert [plan.renditions[-1].profile.name for plan in fake.encoder.plans] == ["large"]
    assert fake.store.published == {
        SMALL_NAME: Label(MD5, "small", SMALL.digest, 854, 480, 4.0),
        LARGE_NAME: Label(MD5, "large", LARGE.digest, 1280, 720, 4.0),
    }
    assert [(out.profile, out.key, out.width, out.skipped) for out in outcome.outputs] == [
        ("small", f"videos/{SMALL_NAME}", 854, False),
        ("large", f"videos/{LARGE_NAME}", 1280, False),
    ]
    stages = ["fetch", "probe", "transcode", "verify", "publish", "total"]
    assert list(outcome.seconds) == stages
    assert all(seconds > 0 for seconds in outcome.seconds.values())


def test_progress_is_told_against_the_inputs_length(task: Task) -> None:
    fake = FakeWorld(encoder=FakeEncoder(media=a_media(duration_seconds=8.0)))
    fake.encoder.run = a_run(out_seconds=2.0)
    fake.encoder.lengths = [2.0]
    run(task, fake)
    assert [now.percent for now in fake.reporter.standings] == [25.0]


def test_a_result_that_is_there_is_not_made_again(task: Task) -> None:
    there = {(SMALL_NAME, SMALL.digest): Published(77, 854, 480, 4.0)}
    fake = FakeWorld(store=FakeStore(there=there))
    outcome = run(task, fake)
    assert [(out.profile, out.skipped, out.bytes) for out in outcome.outputs] == [
        ("small", True, 77),
        ("large", False, 7),
    ]
    assert [made.profile.name for made in fake.encoder.plans[0].renditions] == ["large"]
    assert list(fake.store.published) == [LARGE_NAME]


def test_nothing_is_encoded_where_all_results_are_there(task: Task) -> None:
    there = {
        (SMALL_NAME, SMALL.digest): Published(1),
        (LARGE_NAME, LARGE.digest): Published(2),
    }
    fake = FakeWorld(store=FakeStore(there=there))
    outcome = run(task, fake)
    assert (outcome.word, len(outcome.outputs)) == ("done", 2)
    assert fake.encoder.plans == []
    assert "transcode" not in outcome.seconds


def test_a_result_of_other_settings_is_made_anew(task: Task) -> None:
    there = {(SMALL_NAME, "of older settings"): Published(77)}
    fake = FakeWorld(store=FakeStore(there=there))
    run(task, fake)
    assert set(fake.store.published) == {SMALL_NAME, LARGE_NAME}


def test_a_store_that_refuses_is_told_before_any_work(task: Task) -> None:
    refusal = TaskError(Reason.NO_SUCH_BUCKET, "no bucket b")
    fake = FakeWorld(store=FakeStore(refusal=refusal))
    outcome = run(task, fake)
    assert (outcome.reason, outcome.exit) == (Reason.NO_SUCH_BUCKET, Exit.CONFIGURATION)
    assert fake.source.scratch is None


def test_a_failed_fetch_ends_the_task(task: Task) -> None:
    error = TaskError(Reason.MISSING_INPUT, "404")
    outcome = run(task, FakeWorld(source=FakeSource(error)))
    assert (outcome.reason, outcome.exit, outcome.input_md5) == (Reason.MISSING_INPUT, 66, None)
    assert set(outcome.seconds) == {"fetch", "total"}


@pytest.mark.parametrize(
    ("encoder", "reason"),
    [
        (FakeEncoder(media=a_media(video=())), Reason.NO_VIDEO_STREAM),
        (FakeEncoder(run=a_run(exit_status=1, errors="boom")), Reason.ENCODE_FAILED),
        (FakeEncoder(run=a_run(frames=0)), Reason.UNREADABLE),
        (FakeEncoder(leave_nothing=True), Reason.OUTPUT_INVALID),
        (FakeEncoder(result=a_media()), Reason.OUTPUT_INVALID),
        (FakeEncoder(result=UNREADABLE), Reason.OUTPUT_INVALID),
        (FakeEncoder(decoded=a_run(damaged_count=1)), Reason.OUTPUT_INVALID),
    ],
)
def test_nothing_is_published_where_anything_is_wrong(
    task: Task, encoder: FakeEncoder, reason: Reason
) -> None:
    fake = FakeWorld(encoder=encoder)
    outcome = run(task, fake)
    assert outcome.reason is reason
    assert fake.store.published == {}
    assert outcome.outputs == ()


def test_an_input_that_ends_early_is_refused(task: Task) -> None:
    encoder = FakeEncoder(run=a_run(out_seconds=2.4), lengths=[2.4])
    fake = FakeWorld(encoder=encoder)
    outcome = run(task, fake)
    assert (outcome.reason, outcome.retryable) == (Reason.INPUT_TRUNCATED, False)
    assert encoder.measured == [list(ALL_STREAMS)]
    assert fake.store.published == {}


def test_a_stream_that_outlasts_picture_and_sound_is_no_truncation(task: Task) -> None:
    encoder = FakeEncoder(run=a_run(out_seconds=2.4), lengths=[4.0, 2.4])
    fake = FakeWorld(encoder=encoder)
    outcome = run(task, fake)
    assert outcome.word == "done"
    assert encoder.measured[1] == ["0:0", "0:1"]
    assert outcome.warnings[0].startswith("shorter_streams")


def test_an_encode_that_lost_its_end_is_refused(task: Task) -> None:
    encoder = FakeEncoder(run=a_run(out_seconds=2.4), lengths=[4.0, 4.0])
    fake = FakeWorld(encoder=encoder)
    assert run(task, fake).reason is Reason.OUTPUT_INVALID
    assert fake.store.published == {}


def test_damage_in_the_input_is_a_warning(task: Task) -> None:
    outcome = run(task, FakeWorld(encoder=FakeEncoder(run=a_run(damaged_count=3))))
    assert outcome.word == "done"
    assert outcome.warnings == ("input_damaged: ffmpeg told of 3 damages",)


def test_what_was_published_before_a_failure_is_told(task: Task) -> None:
    fake = FakeWorld(store=FakeStore(failing_profile="large"))
    outcome = run(task, fake)
    assert (outcome.reason, outcome.retryable) == (Reason.STORE_UNAVAILABLE, True)
    assert [out.profile for out in outcome.outputs] == ["small"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interruption_leaves_nothing_and_may_be_retried(
    task: Task, number: int, code: int
) -> None:
    fake = FakeWorld(encoder=FakeEncoder(error=Interrupted(number)))
    outcome = run(task, fake)
    assert (outcome.reason, outcome.exit, outcome.retryable) == (Reason.TERMINATED, code, True)
    assert fake.store.published == {}


def test_a_bug_ends_with_an_outcome_and_its_traceback(task: Task) -> None:
    fake = FakeWorld(encoder=FakeEncoder(error=ZeroDivisionError("division by zero")))
    outcome = run(task, fake)
    assert (outcome.reason, outcome.exit) == (Reason.INTERNAL_ERROR, Exit.INTERNAL)
    ((_, fields),) = [event for event in fake.reporter.events if event[0] == "task.crashed"]
    assert "ZeroDivisionError" in str(fields["traceback"])


def test_a_scratch_space_that_cannot_be_made_is_told(task: Task, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = run_task(replace(task, scratch=tmp_path / "file" / "x"), FakeWorld().world)
    assert (outcome.reason, outcome.exit) == (Reason.BAD_SETTING, Exit.CONFIGURATION)


def test_no_secret_of_the_input_is_told(task: Task) -> None:
    secret = replace(task, input="https://me:pw@h/a?token=abc")
    outcome = run(secret, FakeWorld())
    assert outcome.input == "https://…@h/a?token=…"


def test_high_dynamic_range_asks_whether_ffmpeg_can(task: Task) -> None:
    video = a_video(colour=Colour(transfer="smpte2084"))
    fake = FakeWorld(encoder=FakeEncoder(media=a_media(video=(video,), audio=(an_audio(),))))
    run(task, fake)
    assert fake.encoder.plans[0].tonemap
