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
from tests.unit.transcoder.mp4 import an_mp4
from transcoder.core.command import ALL_STREAMS
from transcoder.core.identity import Identity
from transcoder.core.limits import Limits
from transcoder.core.media import Colour, SubtitleStream
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
        ("large", False, len(an_mp4(fake.encoder.plans[0].renditions[0], 4.0))),
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
    encoder = FakeEncoder(run=a_run(out_seconds=2.4), lengths=[4.0, 2.4, 2.4])
    fake = FakeWorld(encoder=encoder)
    outcome = run(task, fake)
    assert outcome.word == "done"
    assert encoder.measured[1:] == [["0:0"], ["0:1"]]
    assert outcome.warnings[0].startswith("shorter_streams")


@pytest.mark.parametrize(("last", "word"), [(4.0, "done"), (2.5, "failed")])
def test_a_subtitle_that_is_shown_for_long_counts_to_its_end(
    task: Task, last: float, word: str
) -> None:
    media = a_media(subtitles=(SubtitleStream(2, "subrip", default=False),))
    encoder = FakeEncoder(media, a_run(out_seconds=2.4), last_subtitle=last)
    encoder.lengths = [2.6, 2.4, 2.4]
    assert run(task, FakeWorld(encoder=encoder)).word == word


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


def test_an_input_is_decoded_while_it_comes_where_its_container_allows_it(task: Task) -> None:
    fake = FakeWorld(source=FakeSource(streamable=True))
    outcome = run(task, fake)
    assert fake.encoder.fed == [True]
    assert (outcome.word, outcome.input_md5, len(outcome.outputs)) == ("done", MD5, 2)


@pytest.mark.parametrize("looks", [0, 5])
def test_an_encode_that_began_early_ends_where_the_results_are_there(
    task: Task, looks: int
) -> None:
    there = {(SMALL_NAME, SMALL.digest): Published(1), (LARGE_NAME, LARGE.digest): Published(2)}
    source = FakeSource(streamable=True, looks_until_settled=looks)
    fake = FakeWorld(source=source, store=FakeStore(there=there))
    outcome = run(task, fake)
    assert [out.skipped for out in outcome.outputs] == [True, True]
    assert fake.store.begun == []


def test_of_an_encode_that_began_early_only_what_is_missing_is_published(task: Task) -> None:
    there = {(SMALL_NAME, SMALL.digest): Published(1)}
    fake = FakeWorld(source=FakeSource(streamable=True), store=FakeStore(there=there))
    outcome = run(task, fake)
    assert [out.skipped for out in outcome.outputs] == [True, False]
    assert fake.store.begun == [LARGE_NAME]


@pytest.mark.parametrize(
    "amiss", [{"exit_status": 1}, {"damaged_count": 1}, {"broken_feed": True}, {"frames": 0}]
)
def test_an_early_encode_that_met_anything_amiss_is_done_again_from_the_file(
    task: Task, amiss: dict[str, object]
) -> None:
    encoder = FakeEncoder(fed_run=a_run(**amiss))
    outcome = run(task, FakeWorld(source=FakeSource(streamable=True), encoder=encoder))
    assert encoder.fed == [True, False]
    assert (outcome.word, outcome.warnings) == ("done", ())


def test_the_whole_input_tells_its_length_where_its_beginning_did_not(task: Task) -> None:
    encoder = FakeEncoder(probes=[a_media(duration_seconds=1.5), a_media()])
    outcome = run(task, FakeWorld(source=FakeSource(streamable=True), encoder=encoder))
    assert encoder.fed == [True]
    assert outcome.input_duration_seconds == 4.0


def test_an_early_encode_of_another_plan_is_done_again_from_the_file(task: Task) -> None:
    encoder = FakeEncoder(probes=[a_media(video=(a_video(width=1440),)), a_media()])
    outcome = run(task, FakeWorld(source=FakeSource(streamable=True), encoder=encoder))
    assert encoder.fed == [True, False]
    assert [plan.renditions[0].pictures[0].width for plan in encoder.plans] == [640, 854]
    assert outcome.word == "done"


def test_a_fetch_that_fails_ends_an_early_encode_with_its_own_reason(task: Task) -> None:
    error = TaskError(Reason.SOURCE_UNAVAILABLE, "gave up")
    source = FakeSource(error, streamable=True)
    outcome = run(task, FakeWorld(source=source))
    assert (outcome.reason, outcome.outputs) == (Reason.SOURCE_UNAVAILABLE, ())


VERSION = Identity("http://h/in.mp4", '"1"', 14)


def test_a_known_version_is_not_fetched_again(task: Task) -> None:
    fake = FakeWorld(source=FakeSource(identity=VERSION))
    run(task, fake)
    fake.store.there = {
        (SMALL_NAME, SMALL.digest): Published(1),
        (LARGE_NAME, LARGE.digest): Published(2),
    }
    again = FakeWorld(source=FakeSource(identity=VERSION), store=fake.store)
    outcome = run_task(task, again.world)
    assert (outcome.word, outcome.input_md5, outcome.input_bytes) == ("done", MD5, 15)
    assert [out.skipped for out in outcome.outputs] == [True, True]
    assert again.source.scratch is None, "nothing was fetched"


def test_a_known_version_whose_results_are_gone_is_fetched_again(task: Task) -> None:
    fake = FakeWorld(source=FakeSource(identity=VERSION))
    run(task, fake)
    fake.source.scratch = None
    outcome = run(task, fake)
    assert fake.source.scratch is not None
    assert [out.skipped for out in outcome.outputs] == [False, False]


def test_of_a_version_that_changed_meanwhile_the_one_that_came_is_noted(task: Task) -> None:
    later = Identity("http://h/in.mp4", '"2"', 15)
    fake = FakeWorld(source=FakeSource(identity=VERSION, came=later))
    run(task, fake)
    assert [name for name in fake.store.notes if later.key in name]
    assert not [name for name in fake.store.notes if VERSION.key in name]


def test_the_result_of_another_task_that_was_quicker_stays(task: Task) -> None:
    fake = FakeWorld(store=FakeStore(raced={SMALL_NAME}))
    outcome = run(task, fake)
    assert [(out.profile, out.skipped) for out in outcome.outputs] == [
        ("small", True),
        ("large", False),
    ]


CHILD = "transcode/dispatch-1-a"


def test_a_child_that_failed_for_good_ends_at_once_when_it_is_tried_again(task: Task) -> None:
    child = replace(task, child=CHILD)
    fake = FakeWorld(encoder=FakeEncoder(media=a_media(video=())))
    first = run(child, fake)
    fake.source.scratch = None
    second = run(child, fake)
    assert fake.source.scratch is None, "nothing was fetched"
    assert (second.reason, second.exit) == (first.reason, first.exit)
    assert second.detail == f"{first.detail} (found by an earlier attempt)"
    assert run(child, fake).detail == second.detail, "a third one adds no more words"


def test_another_child_of_the_same_input_is_tried(task: Task) -> None:
    fake = FakeWorld(encoder=FakeEncoder(media=a_media(video=())))
    run(replace(task, child=CHILD), fake)
    fake.encoder.media = a_media()
    assert run(replace(task, child="transcode/dispatch-2-b"), fake).word == "done"


def test_a_failure_that_may_pass_leaves_no_mark(task: Task) -> None:
    error = TaskError(Reason.SOURCE_UNAVAILABLE, "503")
    fake = FakeWorld(source=FakeSource(error))
    run(replace(task, child=CHILD), fake)
    assert (fake.store.notes, fake.near.notes) == ({}, {})


def test_a_strict_task_refuses_a_damaged_input(task: Task) -> None:
    fake = FakeWorld(encoder=FakeEncoder(run=a_run(damaged_count=3)))
    outcome = run(replace(task, strict=True), fake)
    assert (outcome.reason, outcome.exit) == (Reason.INPUT_DAMAGED, Exit.BAD_INPUT)
    assert fake.store.published == {}


def test_a_quick_look_at_results_decodes_nothing(task: Task) -> None:
    broken = FakeEncoder(decoded=a_run(exit_status=1))
    assert run(replace(task, thorough=False), FakeWorld(encoder=broken)).word == "done"
    assert run(task, FakeWorld(encoder=broken)).reason is Reason.OUTPUT_INVALID


def test_an_input_beyond_the_limits_is_refused_before_it_is_encoded(task: Task) -> None:
    fake = FakeWorld()
    outcome = run(replace(task, limits=Limits(duration_seconds=3.0)), fake)
    assert (outcome.reason, outcome.exit) == (Reason.TOO_LONG, Exit.BAD_INPUT)
    assert fake.encoder.plans == []
