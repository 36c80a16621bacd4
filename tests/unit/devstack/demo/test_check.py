"""A published object is held against its input and its profile."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from devstack.demo.check import Checker, shortcomings
from devstack.demo.inputs import Input
from devstack.demo.media import Media
from devstack.errors import DevstackError

SOURCE = Media(1920, 1080, 10.0, "h264", sound=True)


def a_result(
    width: int = 1280, height: int = 720, seconds: float = 10.02, *, sound: bool = True
) -> Media:
    return Media(width, height, seconds, "h264", sound)


@pytest.mark.parametrize(
    ("result", "source", "profile"),
    [
        (a_result(), SOURCE, "large"),
        (a_result(854, 480), SOURCE, "small"),
        (a_result(480, 854), Media(1080, 1920, 10, "h264", sound=True), "small"),
        (a_result(640, 360), Media(641, 361, 10, "h264", sound=True), "large"),
        (a_result(1024, 576), Media(1024, 576, 10, "h264", sound=True), "large"),
        (a_result(sound=False), Media(1920, 1080, 10, "h264", sound=False), "large"),
    ],
)
def test_a_result_within_the_box_and_like_its_input_is_well(
    result: Media, source: Media, profile: str
) -> None:
    assert shortcomings(result, source, profile) == ()


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (a_result(1920, 1080), "1920x1080 leaves the box 1280x720"),
        (a_result(1279, 719), "1279x719 is not even"),
        (a_result(1280, 960), "leaves the box"),
        (a_result(1280, 640), "out of shape"),
        (a_result(seconds=8.0), "lasts 8.00 s, its input 10.00 s"),
        (a_result(sound=False), "has lost its sound"),
    ],
)
def test_what_is_wrong_is_said(result: Media, words: str) -> None:
    found = shortcomings(result, SOURCE, "large")

    assert any(words in problem for problem in found), found


def test_an_enlarged_picture_is_refused() -> None:
    small = Media(320, 240, 10, "h264", sound=True)
    (problem,) = shortcomings(a_result(640, 480), small, "small")

    assert problem == "640x480 is larger than its input, 320x240"


class Bucket:
    """An S3 client that has these objects, by key."""

    def __init__(self, **objects: bytes) -> None:
        self._objects = objects

    def download_file(self, bucket: str, key: str, path: str) -> None:
        name = key.rpartition("-")[2].removesuffix(".mp4")
        if name not in self._objects:
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")
        Path(path).write_bytes(self._objects[name])


def a_checker(tmp_path: Path, bucket: Bucket, media: dict[str, Any]) -> Checker:
    def probe(file: Path) -> Media:
        found = media[file.name]
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, Media)
        return found

    return Checker(bucket, "videos", probe, tmp_path / "fetched")


INPUT = Input(Path("/in/a.mp4"), "/in/a.mp4", "0" * 32)
KEY = f"videos/out-{'0' * 32}-large.mp4"


def test_an_object_is_fetched_by_its_key_looked_at_and_removed(tmp_path: Path) -> None:
    media = {"a.mp4": SOURCE, KEY.removeprefix("videos/"): a_result()}
    published = a_checker(tmp_path, Bucket(large=b"12345"), media).check(INPUT, "large")

    assert (published.key, published.size_bytes, published.problems) == (KEY, 5, ())
    assert published.media == a_result()
    assert list((tmp_path / "fetched").iterdir()) == []


def test_a_missing_object_is_a_problem_that_names_it(tmp_path: Path) -> None:
    published = a_checker(tmp_path, Bucket(), {}).check(INPUT, "large")

    assert published.media is None
    assert f"s3://videos/{KEY}" in published.problems[0]
    assert "404" in published.problems[0]


def test_an_object_that_is_no_video_is_a_problem(tmp_path: Path) -> None:
    media = {KEY.removeprefix("videos/"): DevstackError("probing failed: no video")}
    published = a_checker(tmp_path, Bucket(large=b"x"), media).check(INPUT, "large")

    assert published.media is None
    assert published.problems == ("probing failed: no video",)
