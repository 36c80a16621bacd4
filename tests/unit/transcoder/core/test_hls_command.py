"""Adaptive streams: one output for each rung and each sound."""

from typing import Any

import pytest

from tests.unit.transcoder.builders import HLS, RUNGS, a_plan, an_audio, making
from transcoder.core.command import decode_arguments, encode_arguments, filter_graph, folders
from transcoder.core.profile import AudioSettings, Profile
from transcoder.errors import Reason, TaskError

SEGMENTED = (
    "-avoid_negative_ts disabled -max_muxing_queue_size 4096 -f hls -hls_time 6 "
    "-hls_playlist_type vod -hls_flags independent_segments -hls_segment_type fmp4 "
    "-hls_fmp4_init_filename init.mp4 -hls_segment_filename"
)
BARE = "-sn -dn -map_metadata -1 -map_chapters -1"
ALL_TRACKS = making(HLS, audio=AudioSettings("aac", 128, 2, 48_000, tracks="all"))


def outputs(profile: Profile, **media: Any) -> list[str]:
    """The arguments of each output, from its first map on."""
    plan = a_plan(profile, **media)
    return " ".join(encode_arguments("file:/in", plan, "/out", 3)).split(" -map ")[1:]


def test_every_rung_is_an_output_with_its_own_settings() -> None:
    low, high, sound = outputs(HLS)
    assert low == (
        f"[v0_0] {BARE} -c:v libx264 -preset:v medium -crf:v 26 -maxrate:v 1500k -bufsize:v 3000k "
        "-profile:v high -level:v 3.1 -force_key_frames:v expr:gte(t,n_forced*2) -threads:v 3 "
        "-x264-params:v sync-lookahead=0 "
        "-pix_fmt:v yuv420p -fps_mode:v cfr -fflags +bitexact -flags:v +bitexact "
        f"{SEGMENTED} file:/out/hls/parts/video-480p/%05d.m4s "
        "file:/out/hls/parts/video-480p/index.m3u8"
    )
    assert high.startswith(f"[v0_1] {BARE} -c:v libx264 -preset:v fast -crf:v 23 ")
    assert high.endswith("file:/out/hls/parts/video-720p/index.m3u8")
    assert sound == (
        f"0:1 {BARE} -c:a aac -b:a 128k -ar:a 48000 -ac:a:0 2 "
        "-filter:a:0 aresample=async=1:first_pts=0 -fflags +bitexact -flags:a +bitexact "
        f"{SEGMENTED} file:/out/hls/parts/audio-1/%05d.m4s file:/out/hls/parts/audio-1/index.m3u8"
    )


def test_rungs_share_one_decode() -> None:
    graph = filter_graph(a_plan(HLS))
    assert graph.startswith("[0:0]fps=30/1,scale=1280:720:")
    assert graph.count("fps=") == graph.count("scale=1280:720:") == graph.count("split=2") == 1
    assert graph.count("[0:0]") == 1


def test_every_track_is_a_sound_of_its_own() -> None:
    tracks = (an_audio(), an_audio(index=2, channels=1))
    *_, first, second = outputs(ALL_TRACKS, audio=tracks)
    assert first.startswith("0:1 ")
    assert second.startswith("0:2 ")
    assert " -ac:a:0 1 " in second
    assert second.endswith("/audio-2/index.m3u8")


def test_without_sound_there_are_rungs_only() -> None:
    assert len(outputs(HLS, audio=())) == len(RUNGS)
    assert len(outputs(making(HLS, audio=None))) == len(RUNGS)


def test_its_folders_are_made_first() -> None:
    (made,) = a_plan(HLS).renditions
    assert folders("/out", made) == [
        "/out/hls",
        "/out/hls/parts",
        "/out/hls/parts/video-480p",
        "/out/hls/parts/video-720p",
        "/out/hls/parts/audio-1",
    ]


def test_a_folder_that_ffmpeg_takes_for_a_pattern_is_refused() -> None:
    with pytest.raises(TaskError, match="scratch space without '%' is wanted") as refusal:
        encode_arguments("file:/in", a_plan(HLS), "/100%", 1)
    assert refusal.value.reason is Reason.BAD_SETTING


def test_only_a_playlist_of_ours_may_name_other_files() -> None:
    """Inputs never end up here: what is decoded to its end is a result."""
    for path, opened in (("/out/hls.m3u8", True), ("/out/x.mp4", False), ("/m3u8", False)):
        arguments = decode_arguments(path, 1)
        formats = arguments[arguments.index("-format_whitelist") + 1].split(",")
        assert ("hls" in formats) == opened
        assert arguments[arguments.index("-protocol_whitelist") + 1] == "file"


def test_a_picture_is_decoded_as_one_and_not_as_a_series() -> None:
    arguments = decode_arguments("/out/00000.jpg", 1)
    assert arguments[arguments.index("-f") : arguments.index("-f") + 2] == ["-f", "jpeg_pipe"]
