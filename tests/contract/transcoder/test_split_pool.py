"""The children of one split: few slots, lost ones, two that join; in a directory and in S3."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.conftest import BUCKET, S3, Transcoder
from tests.contract.transcoder.results import TINY
from tests.contract.transcoder.splits import Pool, a_pool, packets, pictures
from tests.unit.transcoder.fakes import FakeReporter
from transcoder.adapters.boxes import index_of
from transcoder.adapters.download import Limits as Download
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.in_place import in_place
from transcoder.adapters.s3 import make_client
from transcoder.adapters.s3_store import S3Store
from transcoder.adapters.sources import Sources
from transcoder.core.chunk import Chunk
from transcoder.core.chunk_note import DEAD_SECONDS, Claim, write_note
from transcoder.core.fragments import decoder_settings
from transcoder.core.limits import Limits
from transcoder.core.naming import S3Place
from transcoder.core.split import note_name, part_name, split_id
from transcoder.ports import World
from transcoder.splitting import Split, Splitting
from transcoder.stages import Stages

pytestmark = pytest.mark.ffmpeg

_SECONDS, _FRAMES = 6, 150


@pytest.fixture
def clip(studio: Studio) -> Path:
    return studio.make(
        "six.mp4", f"{v('96x54', seconds=_SECONDS)} {a(_SECONDS)} {X} {AAC} -movflags +faststart"
    )


@pytest.fixture
def pool(ffmpeg: Ffmpeg, tmp_path: Path) -> Pool:
    return a_pool(ffmpeg, tmp_path / "out")


def note(clip: Path, number: int) -> str:
    md5 = hashlib.md5(clip.read_bytes(), usedforsecurity=False).hexdigest()
    return note_name(split_id(md5, (TINY,), 3), number, 3)


def part(clip: Path, number: int) -> str:
    md5 = hashlib.md5(clip.read_bytes(), usedforsecurity=False).hexdigest()
    return part_name(md5, TINY, number, 3)


def files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*") if path.is_file())


def test_one_slot_is_enough_whoever_comes_first(clip: Path, pool: Pool, tmp_path: Path) -> None:
    joined = pool.run(clip, "join/3")
    assert joined.reason is None, joined.detail
    (output,) = joined.outputs
    assert not output.skipped
    assert len(packets(Path(output.uri), "v").pts) == _FRAMES
    for chunk in ("1/3", "2/3", "3/3", "join/3"):
        late = pool.run(clip, chunk)
        assert late.reason is None
        assert [one.skipped for one in late.outputs] == [True]
    assert files(tmp_path / "out") == [output.key]


def test_a_chunk_whose_maker_was_lost_is_made_again(clip: Path, pool: Pool, tmp_path: Path) -> None:
    assert pool.run(clip, "1/3").reason is None
    pool.store.write(note(clip, 2), write_note(Claim("lost")))
    long_ago = time.time() - DEAD_SECONDS - 60
    os.utime(tmp_path / "out" / note(clip, 2), (long_ago, long_ago))
    joined, told = pool.told(clip, "join/3")
    assert joined.reason is None, joined.detail
    assert told.count("chunk.published") == 2, "the lost one, and the one that nobody began"
    assert len(pictures(Path(joined.outputs[0].uri))) == _FRAMES


def test_a_chunk_that_another_makes_is_left_to_it(clip: Path, pool: Pool) -> None:
    pool.store.write(note(clip, 2), write_note(Claim("another")))
    ended, told = pool.told(clip, "2/3")
    assert (ended.reason, "chunk.skipped" in told, "transcode.finished" in told) == (
        None,
        True,
        False,
    )
    assert pool.run(clip, "1/3").reason is None
    again, told = pool.told(clip, "1/3")
    assert (again.reason, "chunk.skipped" in told) == (None, True)


@pytest.mark.parametrize("spoil", ["cut", "gone", "another"])
def test_a_part_that_is_not_what_was_published_is_made_again(
    spoil: str, clip: Path, pool: Pool, tmp_path: Path
) -> None:
    for chunk in ("1/3", "2/3", "3/3"):
        assert pool.run(clip, chunk).reason is None
    path = tmp_path / "out" / part(clip, 2)
    data = path.read_bytes()
    path.unlink()
    if spoil == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif spoil == "another":
        path.write_bytes((tmp_path / "out" / part(clip, 1)).read_bytes())
    joined, told = pool.told(clip, "join/3")
    assert joined.reason is None, joined.detail
    assert told.count("chunk.published") == 1
    assert len(pictures(Path(joined.outputs[0].uri))) == _FRAMES


def test_parts_for_decoders_that_differ_are_all_made_again(
    clip: Path, pool: Pool, tmp_path: Path
) -> None:
    """As those of two versions of an encoder may be: a file has room for one."""
    for chunk in ("1/3", "2/3", "3/3"):
        assert pool.run(clip, chunk).reason is None
    for path in ("parts", "splits"):
        assert len(files(tmp_path / "out" / ".transcoder" / path)) == 3
    part_file = tmp_path / "out" / part(clip, 2)
    # One bit of the level in what the decoder is told, and the note that goes with it.
    data = bytearray(part_file.read_bytes())
    data[data.find(b"avcC") + 7] ^= 1
    part_file.unlink()
    part_file.write_bytes(data)
    told_note = tmp_path / "out" / note(clip, 2)
    content = json.loads(told_note.read_text())
    settings = decoder_settings(index_of(part_file)) or b""
    content["parts"]["tiny"]["decoder"] = hashlib.sha256(settings).hexdigest()[:16]
    told_note.write_text(json.dumps(content))
    joined, told = pool.told(clip, "join/3")
    assert joined.reason is None, joined.detail
    assert told.count("chunk.published") == 3
    assert len(pictures(Path(joined.outputs[0].uri))) == _FRAMES


def test_of_two_that_join_at_once_one_publishes_and_both_end_well(
    clip: Path, pool: Pool, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(lambda _: pool.run(clip, "join/3"), range(2)))
    assert [end.reason for end in ends] == [None, None], [end.detail for end in ends]
    assert {len(end.outputs) for end in ends} == {1}
    (output, _) = (end.outputs[0] for end in ends)
    assert len(pictures(Path(output.uri))) == _FRAMES
    assert files(tmp_path / "out") == [output.key]


def waiting(pool: Pool, clip: Path, scratch: Path, wait: Callable[[float], None]) -> list[str]:
    """Join three chunks, doing ``wait`` in place of waiting; what was told."""
    reporter = FakeReporter()
    world = World(
        source=Sources(Download(), allow_private=False),
        encoder=pool.ffmpeg,
        store=pool.store,
        reporter=reporter,
        monotonic=time.monotonic,
        hold=nullcontext,
    )
    split = Split(Chunk(None, 3), (TINY,), Limits())
    stages = Stages(time.monotonic, reporter)
    work = Splitting(split, world, stages, lambda _fetched: (TINY,), wait)
    encoded = work.carry_out(in_place(clip, clip.stat().st_size), scratch)
    assert encoded is not None
    assert encoded.run.frames == _FRAMES
    return [name for name, _ in reporter.events]


def test_who_joins_waits_for_those_that_are_at_work(clip: Path, pool: Pool, tmp_path: Path) -> None:
    for chunk in ("1/3", "3/3"):
        assert pool.run(clip, chunk).reason is None
    pool.store.write(note(clip, 2), write_note(Claim("another")))
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        pool.store.remove(note(clip, 2))
        assert pool.run(clip, "2/3").reason is None

    told = waiting(pool, clip, tmp_path / "join", wait)
    assert len(waits) == 1
    assert "chunk.published" not in told


def test_children_of_an_interrupted_chunk_find_it_free(
    clip: Path, ffmpeg: Ffmpeg, tmp_path: Path, transcoder: Transcoder
) -> None:
    """What a failing encode claimed is given up at once, rather than when its claim is dead."""
    place = tmp_path / "out"
    words = ["run", str(clip), "--profile", "small", "--output", str(place), "--chunk", "2/3"]
    broken = tmp_path / "ffmpeg"
    probing = f'case "$*" in *filter_complex*) exit 3;; esac\nexec "{ffmpeg._tools.ffmpeg}" "$@"\n'
    broken.write_text(f"#!/bin/sh\n{probing}", encoding="utf-8")
    broken.chmod(0o755)
    failed = transcoder(*words, TRANSCODER_FFMPEG=str(broken))
    assert json.loads(failed.stdout)["reason"] == "encode_failed"
    assert files(place) == []
    done = transcoder(*words, TRANSCODER_FFMPEG=ffmpeg._tools.ffmpeg)
    assert done.returncode == 0
    assert len(files(place)) == 2, "a part and its note"


def test_a_split_through_s3_leaves_one_object(
    clip: Path, s3: S3, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    client = make_client()
    pool = Pool(ffmpeg, S3Store(lambda: client, S3Place(BUCKET, "videos/")), tmp_path)
    joined = pool.run_all(clip, 3)
    assert s3.keys() == [joined.outputs[0].key]
    path = tmp_path / "result.mp4"
    s3.client.download_file(BUCKET, joined.outputs[0].key, str(path))
    assert len(pictures(path)) == _FRAMES


def test_what_cannot_be_cut_is_refused(clip: Path, transcoder: Transcoder, tmp_path: Path) -> None:
    place = ("--output", str(tmp_path / "out"))
    refused = transcoder("run", str(clip), "--profile", "poster", "--chunk", "1/2", *place)
    assert refused.returncode == 78
    assert "poster: only MP4s of a picture are made in chunks" in refused.stdout
    unknown = transcoder("run", str(clip), *place, NOMAD_META_chunk="5/4")
    assert unknown.returncode == 78
    assert "there are only 4 chunks" in unknown.stdout
