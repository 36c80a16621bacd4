"""What pages say of the transcoder's and the web's settings is what these are."""

from pathlib import Path

import pytest

from autoscaler.web import sessions
from tests.docs.pages import fences, text_of
from tests.unit.transcoder.builders import a_plan, a_video
from transcoder.adapters import http_source
from transcoder.adapters.download import Limits
from transcoder.adapters.profile_file import load_profiles
from transcoder.core import command
from transcoder.core.address import refusal
from transcoder.core.profile import Profile, VideoFile

MIGRATING, SECURITY = "docs/migrating-from-the-2017-demo.md", "docs/security.md"


def video_of(profile: Profile) -> VideoFile:
    assert isinstance(profile.makes, VideoFile)
    return profile.makes


def sizes(profile: Profile, width: int, height: int) -> list[tuple[int, int]]:
    """What it makes of an input of that size."""
    plan = a_plan(profile, video=(a_video(width=width, height=height),))
    return [(one.width, one.height) for made in plan.renditions for one in made.pictures]


@pytest.mark.parametrize("name", ["small", "large"])
def test_the_profiles_are_as_the_migration_tells(name: str) -> None:
    made = video_of(load_profiles()[name])
    box, video = made.box, made.video
    assert made.audio is not None

    told = (
        f"fits into {box.width}x{box.height}, CRF {video.crf}, at most {video.maxrate_kbit} kbit/s"
    )

    assert f"{told}, AAC {made.audio.bitrate_kbit} |" in text_of(MIGRATING)


def test_the_old_looks_can_be_had_by_the_file_that_the_migration_shows(tmp_path: Path) -> None:
    (block,) = (one for one in fences(MIGRATING) if one.marked("of") == "profiles")
    own = tmp_path / "own.yaml"
    own.write_text(block.text, encoding="utf-8")

    known = load_profiles(own)
    small, large = video_of(known["small"]), video_of(known["large"])

    assert sizes(known["small"], 1920, 1080) == [(640, 360)]
    assert sizes(known["small"], 1600, 1200) == [(640, 480)]
    assert sizes(known["large"], 1920, 1080) == [(1280, 720)]
    assert (small.video.crf, large.video.crf) == (30, 25)
    assert [one.audio and one.audio.bitrate_kbit for one in (small, large)] == [128, 192]


def test_what_is_fetched_is_bounded_as_the_security_page_tells() -> None:
    limits = Limits()
    hours, rate = limits.timeout_seconds / 3600, limits.slow_bytes_per_second / 1024
    assert (limits.most_bytes >> 30, hours, rate, limits.slow_seconds) == (20, 6, 10, 60)
    assert limits.room_factor == 1.25
    assert http_source._REDIRECTS_MOST == 5

    assert "20 GiB, six hours, a minute below 10 KiB/s, a quarter more" in text_of(SECURITY)
    assert "Each redirect, five at most" in text_of(SECURITY)


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "fd00:ec2::254", "fd20:ce::254", "168.63.129.16", "100.100.100.200"),
        *("192.0.0.192", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "224.0.0.1", "0.0.0.0"),
    ],
)
def test_what_is_always_refused_is_refused_where_private_networks_are_open(address: str) -> None:
    assert refusal(address, allow_private=True) is not None


def test_ffmpeg_opens_no_format_that_names_other_files() -> None:
    """So the security page says; the concat demuxer only opens what we wrote ourselves."""
    assert not {"hls", "dash", "concat", "image2", "applehttp"} & set(command.FORMATS.split(","))
    assert command.MAX_PIXELS == 36_000_000
    assert "Pictures above 36 megapixels" in text_of(SECURITY)


def test_a_session_lasts_as_long_as_the_security_page_tells() -> None:
    assert sessions.LENGTH_SECONDS == 12 * 3600
    assert "twelve hours" in text_of(SECURITY)
