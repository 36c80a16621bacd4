"""Into how many pieces ``dispatch --split`` cuts, by the inputs' sizes: nothing is fetched."""

from pathlib import Path

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3, Transcoder
from transcoder.adapters.download import Limits
from transcoder.adapters.sources import Sources

MIB = 1 << 20


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A long file, a short one, and one that nobody answers for."""
    with (tmp_path / "long.mp4").open("wb") as file:
        file.truncate(250 * MIB)
    (tmp_path / "short.mp4").write_bytes(b"short")
    path = tmp_path / "list.txt"
    path.write_text("long.mp4\nshort.mp4\nhttp://127.0.0.1:9/x.mp4\n", encoding="utf-8")
    return path


def planned(stdout: str) -> list[str]:
    words = "Would dispatch with profile = "
    return [line.removeprefix(words) for line in stdout.splitlines() if line.startswith(words)]


def test_each_input_is_cut_by_its_size(transcoder: Transcoder, lists: Path) -> None:
    done = transcoder("dispatch", str(lists), "--profile", "small", "--split", "--dry-run")
    assert done.returncode == 0, done.stderr
    pieces = ["small 1/3", "small 2/3", "small 3/3", "small join/3"]
    assert planned(done.stdout) == [*pieces, "small", "small"]
    assert "list.txt:3: its size is not told, so it is not split; --split N" in done.stderr


def test_a_number_of_pieces_is_taken_for_all(transcoder: Transcoder, lists: Path) -> None:
    words = ("dispatch", str(lists), "--profile", "small,audio", "--split", "2", "--dry-run")
    done = transcoder(*words)
    assert done.returncode == 0, done.stderr
    assert planned(done.stdout) == 3 * ["small 1/2", "small 2/2", "small join/2", "audio"]
    assert done.stderr.count("audio: not split, made by a child of its own") == 1


@pytest.mark.parametrize("number", ["0", "65", "many"])
def test_a_wrong_number_of_pieces_is_wrong_use(
    number: str, transcoder: Transcoder, lists: Path
) -> None:
    done = transcoder("dispatch", str(lists), "--split", number, "--dry-run")
    assert done.returncode == 2
    assert "no whole number from 1 to 64" in done.stderr


def test_sizes_are_told_by_files_and_by_s3(s3: S3, lists: Path) -> None:
    s3.client.put_object(Bucket=BUCKET, Key="in/a.mp4", Body=b"x" * 1000)
    sources = Sources(Limits(), allow_private=True)
    sizes = {
        str(lists.with_name("long.mp4")): 250 * MIB,
        lists.with_name("short.mp4").as_uri(): 5,
        f"s3://{BUCKET}/in/a.mp4": 1000,
        f"s3://{BUCKET}/in/gone.mp4": None,
        str(lists.with_name("gone.mp4")): None,
    }
    assert {given: sources.size(given) for given in sizes} == sizes
