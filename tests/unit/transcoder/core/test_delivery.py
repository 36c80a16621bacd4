"""Names and types of what is published."""

import pytest

from tests.unit.transcoder.builders import AUDIO, HLS, LARGE, POSTER, SPRITE
from tests.unit.transcoder.fakes import MD5
from transcoder.core.delivery import content_type, main_name, part_name, published_text, refers
from transcoder.core.profile import Profile


@pytest.mark.parametrize(
    ("profile", "name", "served_as"),
    [
        (LARGE, f"out-{MD5}-large.mp4", "video/mp4"),
        (AUDIO, f"out-{MD5}-audio.m4a", "audio/mp4"),
        (POSTER, f"out-{MD5}-poster.jpg", "image/jpeg"),
        (SPRITE, f"out-{MD5}-sprite.vtt", "text/vtt"),
        (HLS, f"out-{MD5}-hls.m3u8", "application/vnd.apple.mpegurl"),
    ],
)
def test_a_main_file_has_its_name_and_its_type(profile: Profile, name: str, served_as: str) -> None:
    assert main_name(profile, MD5) == name
    assert content_type(name) == served_as
    assert refers(profile) == (profile in (SPRITE, HLS))


def test_parts_lie_in_a_folder_of_their_settings() -> None:
    name = part_name(HLS, MD5, "parts/video-480p/00000.m4s")
    assert name == f"out-{MD5}-hls-{HLS.digest}/video-480p/00000.m4s"
    assert content_type(name) == "video/iso.segment"
    assert content_type("video-480p/init.mp4") == "video/mp4"


@pytest.mark.parametrize("name", ["parts", "parts/", "other/00000.m4s", "00000.m4s"])
def test_what_is_no_part_is_not_named(name: str) -> None:
    with pytest.raises(ValueError, match="is no part of a result"):
        part_name(HLS, MD5, name)


@pytest.mark.parametrize("name", ["thumbnails.txt", "00000.ts", ""])
def test_what_is_never_made_has_no_type(name: str) -> None:
    with pytest.raises(ValueError, match="of no kind"):
        content_type(name)


def test_a_main_file_refers_to_what_is_published() -> None:
    text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nparts/video-480p/index.m3u8\n"
    moved = f"out-{MD5}-hls-{HLS.digest}/video-480p/index.m3u8"
    assert published_text(HLS, MD5, text).splitlines()[-1] == moved
