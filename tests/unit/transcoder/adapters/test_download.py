"""Bringing a body to disk over a scripted remote: resumed, bounded, hashed."""

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.fakes import Answer, ScriptedRemote
from transcoder.adapters.download import Download, Limits, Surroundings
from transcoder.core.retry import Backoff
from transcoder.errors import Reason, TaskError, TransientError

DATA = bytes(range(64))
CUT = TransientError("the connection was reset")


def fetch(
    path: Path,
    remote: ScriptedRemote,
    limits: Limits | None = None,
    waits: list[float] | None = None,
) -> bytes:
    """Fetch a scripted body; its MD5 and length must be those of the file."""
    taken = waits if waits is not None else []
    around = Surroundings(wait=taken.append, draw=lambda: 1.0)
    came = Download(remote, limits or Limits(), surroundings=around).to_file(path)
    data = path.read_bytes()
    assert (came.md5, came.bytes) == (hashlib.md5(data).hexdigest(), len(data))
    return data


def test_a_whole_body_is_written_once(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(DATA, total=64))
    assert fetch(tmp_path / "in", remote) == DATA
    assert remote.asked == [(0, None)]


def test_a_body_cut_short_is_resumed_where_it_broke(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(DATA[:24], total=64, then=CUT), Answer(DATA[24:], total=64))
    assert fetch(tmp_path / "in", remote) == DATA
    assert remote.asked == [(0, None), (24, '"one"')]


def test_a_short_body_that_ends_quietly_is_resumed_too(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(DATA[:24], total=64), Answer(DATA[24:], total=64))
    assert fetch(tmp_path / "in", remote) == DATA


def test_a_new_version_starts_over(tmp_path: Path) -> None:
    other = DATA[::-1]
    remote = ScriptedRemote(
        Answer(DATA[:24], total=64, then=CUT), Answer(other, start=0, total=64, tag='"two"')
    )
    assert fetch(tmp_path / "in", remote) == other


def test_a_shorter_new_version_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    remote = ScriptedRemote(
        Answer(DATA[:24], total=64, then=CUT), Answer(b"abc", start=0, total=3, tag='"two"')
    )
    assert fetch(tmp_path / "in", remote) == b"abc"


def test_without_a_tag_a_body_is_never_resumed(tmp_path: Path) -> None:
    remote = ScriptedRemote(
        Answer(DATA[:24], total=64, tag=None, then=CUT), Answer(DATA, total=64, tag=None)
    )
    assert fetch(tmp_path / "in", remote) == DATA
    assert remote.asked == [(0, None), (0, None)]


def test_a_body_from_the_wrong_place_is_not_taken(tmp_path: Path) -> None:
    remote = ScriptedRemote(
        Answer(DATA[:24], total=64, then=CUT),
        Answer(DATA[20:], start=20, total=64),
        Answer(DATA[24:], total=64),
    )
    assert fetch(tmp_path / "in", remote) == DATA


@given(cuts=st.lists(st.integers(0, 64), max_size=6))
def test_however_often_a_body_breaks_it_arrives_whole(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    points = sorted(set(cuts))
    starts = [0, *points]
    answers = [Answer(DATA[a:b], total=64, then=CUT) for a, b in zip(starts, points, strict=False)]
    remote = ScriptedRemote(*answers, Answer(DATA[starts[-1] :], total=64))
    assert fetch(tmp_path_factory.mktemp("fetch") / "in", remote) == DATA


def test_attempts_without_a_byte_are_given_up_after_growing_waits(tmp_path: Path) -> None:
    remote = ScriptedRemote(*[Answer(refusal=TransientError("503"))] * 3)
    waits: list[float] = []
    limits = Limits(backoff=Backoff(attempts=3, first_seconds=1.0))
    with pytest.raises(TaskError) as failure:
        fetch(tmp_path / "in", remote, limits, waits)
    assert failure.value.reason is Reason.SOURCE_UNAVAILABLE
    assert failure.value.detail == "gave up after 3 attempts: 503"
    assert waits == [1.0, 2.0]


def test_an_attempt_that_brought_something_earns_new_ones(tmp_path: Path) -> None:
    away = Answer(refusal=TransientError("503"))
    remote = ScriptedRemote(
        away, Answer(DATA[:24], total=64, then=CUT), away, Answer(DATA[24:], total=64)
    )
    assert fetch(tmp_path / "in", remote, Limits(backoff=Backoff(attempts=3))) == DATA


def test_the_servers_wish_is_waited_for(tmp_path: Path) -> None:
    away = TransientError("429", retry_after_seconds=7.0)
    waits: list[float] = []
    fetch(tmp_path / "in", ScriptedRemote(Answer(refusal=away), Answer(DATA)), waits=waits)
    assert waits == [7.0]


def test_a_permanent_refusal_is_not_tried_again(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(refusal=TaskError(Reason.MISSING_INPUT, "404")))
    with pytest.raises(TaskError, match="missing_input: 404"):
        fetch(tmp_path / "in", remote)
    assert len(remote.asked) == 1


@pytest.mark.parametrize("total", [64, None])
def test_more_than_the_limit_is_refused_told_or_not(tmp_path: Path, total: int | None) -> None:
    remote = ScriptedRemote(Answer(DATA, total=total))
    with pytest.raises(TaskError) as failure:
        fetch(tmp_path / "in", remote, Limits(most_bytes=40))
    assert failure.value.reason is Reason.TOO_LARGE
    assert (tmp_path / "in").stat().st_size <= 40


def test_a_fetch_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(DATA, total=64))
    with pytest.raises(TaskError) as failure:
        fetch(tmp_path / "in", remote, Limits(timeout_seconds=-1.0))
    assert failure.value.reason is Reason.SOURCE_UNAVAILABLE


class Heard:
    """Keeps what a watcher hears."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int | None]] = []

    def begun(self, total: int | None) -> None:
        self.said.append(("begun", total))

    def grown(self, received: int) -> None:
        self.said.append(("grown", received))

    def voided(self) -> None:
        self.said.append(("voided", None))


def test_a_watcher_hears_of_every_byte_and_of_a_new_beginning(tmp_path: Path) -> None:
    heard = Heard()
    remote = ScriptedRemote(
        Answer(b"abcdef", total=9, then=CUT), Answer(b"xyz", start=0, total=3, tag='"two"')
    )
    around = Surroundings(wait=lambda _seconds: None)
    Download(remote, Limits(), heard, around).to_file(tmp_path / "in")
    assert heard.said == [
        ("begun", 9),
        ("grown", 4),
        ("grown", 6),
        ("voided", None),
        ("begun", 3),
        ("grown", 3),
    ]


def ticking(seconds: float) -> Callable[[], float]:
    """A clock that goes on by so much with each look."""
    ticks = itertools.count()
    return lambda: next(ticks) * seconds


def dripping(
    path: Path, remote: ScriptedRemote, seconds: float, waits: list[float] | None = None
) -> bytes:
    """Fetch by a clock that ticks, of which each chunk takes three looks."""
    taken = waits if waits is not None else []
    around = Surroundings(taken.append, lambda: 1.0, ticking(seconds))
    limits = Limits(
        backoff=Backoff(attempts=3, first_seconds=1.0),
        slow_bytes_per_second=1.0,
        slow_seconds=60.0,
        timeout_seconds=1e9,
    )
    Download(remote, limits, surroundings=around).to_file(path)
    return path.read_bytes()


def test_a_source_that_drips_is_asked_again_and_given_up(tmp_path: Path) -> None:
    drips = [Answer(DATA[start : start + 40], total=64) for start in (0, 12, 24)]
    waits: list[float] = []
    with pytest.raises(TaskError) as failure:
        dripping(tmp_path / "in", ScriptedRemote(*drips), 10.0, waits)
    assert failure.value.reason is Reason.SOURCE_UNAVAILABLE
    assert "gave up after 3 attempts: only 0 bytes a second came for" in failure.value.detail
    assert waits == [1.0, 2.0], "what dripped in meanwhile earns no fresh start"


def test_a_slow_source_is_waited_for_while_it_is_fast_enough(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(DATA, total=64))
    assert dripping(tmp_path / "in", remote, 0.5) == DATA


def test_a_body_that_is_whole_came_fast_enough(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(DATA[:4], total=4))
    assert dripping(tmp_path / "in", remote, 1000.0) == DATA[:4]


@pytest.mark.parametrize(("free", "is_enough"), [(79, False), (80, True)])
def test_a_body_that_has_no_room_is_refused_before_a_byte_of_it(
    tmp_path: Path, free: int, is_enough: bool
) -> None:
    remote = ScriptedRemote(Answer(DATA, total=64))
    around = Surroundings(free_bytes=lambda _directory: free)
    download = Download(remote, Limits(room_factor=1.25), surroundings=around)
    if is_enough:
        assert download.to_file(tmp_path / "in").bytes == 64
        return
    with pytest.raises(TaskError) as failure:
        download.to_file(tmp_path / "in")
    assert failure.value.reason is Reason.DISK_FULL
    assert "need 80 bytes of scratch space" in failure.value.detail
    assert (tmp_path / "in").read_bytes() == b""


def test_what_has_come_already_needs_no_more_room(tmp_path: Path) -> None:
    remote = ScriptedRemote(Answer(DATA[:24], total=64, then=CUT), Answer(DATA[24:], total=64))
    free = iter([80, 56])
    around = Surroundings(wait=lambda _seconds: None, free_bytes=lambda _directory: next(free))
    assert Download(remote, Limits(), surroundings=around).to_file(tmp_path / "in").bytes == 64


def test_a_scratch_space_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(TaskError) as failure:
        fetch(tmp_path / "none" / "in", ScriptedRemote(Answer(DATA)))
    assert failure.value.reason is Reason.BAD_SETTING
