"""Encoding what is still on its way: the same result, and nothing of an input that changed."""

import hashlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.gate import PATIENCE_SECONDS, Script, gate
from tests.unit.transcoder.builders import SMALL, making
from transcoder.adapters.download import Limits
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.interruption import Interruption
from transcoder.adapters.sources import Sources
from transcoder.core.command import main_file
from transcoder.core.diagnosis import Run
from transcoder.core.plan import Plan, make_plan
from transcoder.core.profile import Box, VideoSettings
from transcoder.core.progress import Progress
from transcoder.core.retry import Backoff
from transcoder.errors import Interrupted, Reason, TaskError
from transcoder.ports import Arrival

pytestmark = pytest.mark.ffmpeg

QUICK = Limits(backoff=Backoff(attempts=2, first_seconds=0.01))
_VIDEO = VideoSettings("libx264", "ultrafast", 26, 1500, "high", "3.1", 60, 2)
TINY = making(SMALL, box=Box(160, 90), video=_VIDEO)
#: Large for their length, as a probe wants five megabytes of most containers.
_LOUD = f"{v('640x360', seconds=3)} {a(3)} -vf noise=alls=40:allf=t"
_FRAGMENTS = "-movflags frag_keyframe+empty_moov -g 10"
CLIPS = {
    "fast.mp4": f"{_LOUD} {X} {AAC} -crf 10 -movflags +faststart",
    "fragments.mp4": f"{_LOUD} {X} {AAC} -crf 10 {_FRAGMENTS}",
    "stream.mkv": f"{_LOUD} -c:v mjpeg -q:v 2 -pix_fmt yuvj420p {AAC}",
    "stream.ts": f"{_LOUD} -c:v mpeg2video -q:v 2 -c:a mp2",
    "stream.mpg": f"{_LOUD} -c:v mpeg2video -q:v 2 -c:a mp2",
    "stream.flv": f"{_LOUD} {X} {AAC} -crf 10",
}


@contextmanager
def arriving(url: str, scratch: Path) -> Iterator[Arrival]:
    with Sources(QUICK, allow_private=True).open(url, scratch) as arrival:
        yield arrival


def plan_of(path: Path, ffmpeg: Ffmpeg) -> Plan:
    return make_plan(ffmpeg.probe(path), (TINY,), can_tonemap=True)


def ignore(_progress: Progress) -> None:
    """Nobody watches."""


def encode(
    arrival: Arrival, ffmpeg: Ffmpeg, place: Path, watch: Callable[[Progress], None] = ignore
) -> tuple[Plan, Run]:
    """Encode an input that comes, which must be possible."""
    assert arrival.is_streamable()
    plan = plan_of(arrival.path, ffmpeg)
    return plan, ffmpeg.encode(arrival.feed(), plan, place, watch)


@pytest.mark.parametrize("name", CLIPS)
def test_an_encode_begins_before_its_input_is_here_and_makes_the_same_bytes(
    name: str, studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    clip = studio.make(name, CLIPS[name])
    data = clip.read_bytes()
    script = Script(data, before_hold=len(data) - 100_000)

    def watch(progress: Progress) -> None:
        if progress.frames > 0:
            script.release.set()

    with gate(script) as server, arriving(server.url, tmp_path) as arrival:
        plan, run = encode(arrival, ffmpeg, tmp_path / "arriving", watch)
        fetched = arrival.whole()
    assert (run.exit_status, run.broken_feed, run.damaged_count) == (0, False, 0)
    assert fetched.md5 == hashlib.md5(data).hexdigest()
    whole = replace(plan_of(clip, ffmpeg), duration_seconds=plan.duration_seconds)
    ffmpeg.encode(clip, whole, tmp_path / "whole", ignore)
    come, here = (
        Path(main_file(str(tmp_path / place), plan.renditions[0])).read_bytes()
        for place in ("arriving", "whole")
    )
    assert come == here


@pytest.fixture(scope="session")
def clip(studio: Studio) -> bytes:
    return studio.make("fast.mp4", CLIPS["fast.mp4"]).read_bytes()


def test_an_index_at_the_end_is_waited_for(studio: Studio, tmp_path: Path) -> None:
    data = studio.make("late.mp4", f"{_LOUD} {X} {AAC} -crf 10").read_bytes()
    script = Script(data, before_hold=len(data) // 2)
    with gate(script) as server, arriving(server.url, tmp_path) as arrival:
        assert not arrival.is_streamable()
        assert not arrival.is_settled()
        script.release.set()
        assert arrival.whole().bytes == len(data)


def test_an_input_that_changes_meanwhile_stops_the_encode_and_arrives_anew(
    clip: bytes, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    other = clip[:-1] + b"!"
    script = Script(clip, len(clip) // 2, breaks=True, after_break=other)
    with gate(script) as server, arriving(server.url, tmp_path) as arrival:
        _, run = encode(arrival, ffmpeg, tmp_path / "arriving", lambda _: script.release.set())
        assert run.broken_feed
        assert arrival.whole().md5 == hashlib.md5(other).hexdigest()


def test_a_source_that_goes_away_stops_the_encode(
    clip: bytes, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    script = Script(clip, len(clip) // 2, breaks=True)
    with gate(script) as server, arriving(server.url, tmp_path) as arrival:
        _, run = encode(arrival, ffmpeg, tmp_path / "arriving", lambda _: script.release.set())
        assert run.broken_feed
        with pytest.raises(TaskError) as failure:
            arrival.whole()
    assert failure.value.reason is Reason.SOURCE_UNAVAILABLE


def test_a_stop_signal_gets_through_while_the_source_stands_still(
    clip: bytes, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    script = Script(clip, len(clip) // 2)
    interruption = Interruption()
    asked_at: list[float] = []

    def watch(progress: Progress) -> None:
        # ffmpeg has taken what there is, and everybody waits.
        if progress.frames > 0 and not asked_at:
            asked_at.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGTERM)

    with gate(script) as server:
        with (
            pytest.raises(Interrupted),
            interruption.installed(),
            arriving(server.url, tmp_path) as arrival,
        ):
            encode(arrival, ffmpeg, tmp_path / "arriving", watch)
        assert time.monotonic() - asked_at[0] < 5
        assert not script.release.is_set(), "nobody waited for the server"


@pytest.mark.parametrize("ask", ["is_streamable", "whole"])
def test_a_stop_signal_gets_through_while_an_input_is_waited_for(
    ask: str, clip: bytes, tmp_path: Path
) -> None:
    script = Script(clip, before_hold=1000)
    interruption = Interruption()
    asked_at: list[float] = []

    def stop() -> None:
        asked_at.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)

    script.on_hold = stop
    with gate(script) as server:
        with (
            pytest.raises(Interrupted),
            interruption.installed(),
            arriving(server.url, tmp_path) as arrival,
        ):
            getattr(arrival, ask)()
        assert time.monotonic() - asked_at[0] < PATIENCE_SECONDS / 6
