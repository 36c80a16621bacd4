"""
Sound: channels, layouts, rates, tracks.

Imports its neighbours.
"""

from functools import partial

from transcoder.errors import Reason
from transcoder.selftest.clip import Clip, Refused, Works, near, sized
from transcoder.selftest.recipe import AAC, Changed, Made, X, a, speakers, v
from transcoder.selftest.spoil import replaced

_PICTURE = v("320x180")
_SAME = sized("320x180")
_SECOND = near(30)
_MONO = Works(_SAME, _SECOND, channels=(1,))
_STEREO = Works(_SAME, _SECOND, channels=(2,))
_RAW = Made("mov", f"{_PICTURE} {a()} {X} -c:a pcm_s16le")
_PLAIN = Made("mp4", f"{_PICTURE} {a()} {X} {AAC} -movflags +faststart")
_COVER = f"{a()} {v('640x640', '1')} -map 0 -map 1"

SOUNDS = (
    Clip("12 no sound", "silent.mp4", Made("mp4", f"{_PICTURE} {X}"), Works(_SAME, _SECOND)),
    Clip("13 mono", "mono.mp4", _PLAIN, _MONO),
    Clip("14 5.1", "5.1.mp4", Made("mp4", f"{_PICTURE} {speakers('5.1', 6)} {X} {AAC}"), _STEREO),
    Clip("15 7.1, FLAC", "7.1.mkv",
         Made("matroska", f"{_PICTURE} {speakers('7.1', 8)} {X} -c:a flac"), _STEREO),
    Clip("30 two tracks, the second the default", "second.mkv", Made(
        "matroska", f"{_PICTURE} {a()} {speakers('stereo', 2)} -map 0 -map 1 -map 2 "
        f"-disposition:a:0 0 -disposition:a:1 default {X} {AAC}"), _STEREO),
    Clip("90 5.1 with the speakers at the side, AC-3", "side.ts", Made(
        "mpegts", f"{_PICTURE} {speakers('5.1(side)', 6)} {X} -c:a ac3"), _STEREO),
    Clip("91 one channel that says it is the front left", "left.mkv", Made(
        "matroska", f"{_PICTURE} {speakers('FL', 1)} {X} -c:a pcm_s16le"), _MONO),
    Clip("92 six channels without a layout", "discrete.mkv", Made(
        "matroska", f"{_PICTURE} {speakers('6c', 6)} {X} -c:a pcm_s16le"), _STEREO),
    Clip("92a sixteen channels", "choir.mkv", Made(
        "matroska", f"{_PICTURE} {speakers('hexadecagonal', 16)} {X} -c:a pcm_s16le"), _STEREO),
    Clip("93 telephone, 8 kHz", "telephone.mov",
         Made("mov", f"{_PICTURE} {a(rate=8000)} {X} -c:a pcm_mulaw"), _MONO),
    Clip("94 studio, 24 bits at 192 kHz", "studio.mkv",
         Made("matroska", f"{_PICTURE} {a(rate=192_000)} {X} -c:a pcm_s24le"), _MONO),
    Clip("95 a track that holds nothing", "empty_track.mp4", Made(
        "mp4", f"{_PICTURE} {a()} -map 0 -map 1 {X} {AAC} -af atrim=end=0"), Works(_SAME, _SECOND)),
    Clip("95a sound with a hole in it", "hole.mkv", Made(
        "matroska", f"{v('320x180', seconds=2)} {a(2)} -af aselect='not(between(t,0.6,1.3))' {X} "
        "-c:a pcm_s16le"),
        Works(_SAME, near(60), channels=(1,), sound_seconds=(1.95, 2.1))),
    Clip("96 a sound that nobody can decode", "unknown_sound.mov", Changed(
        (_RAW,), partial(replaced, old=b"sowt", new=b"zzzz")),
        Works(_SAME, _SECOND, warnings=frozenset({"sound_skipped"}))),
    Clip("97 sound alone, of an mp3 with a cover", "cover.mp3", Made(
        "mp3", f"{_COVER} -c:a libmp3lame -c:v mjpeg -disposition:v attached_pic"),
        Works({"audio": ""}, _SECOND, seconds=(0.9, 1.2))),
    Clip("98 sound alone, of a video", "video.mp4", _PLAIN,
         Works({"audio": ""}, _SECOND, seconds=(0.9, 1.2))),
    Clip("99 sound alone, of a video without any", "mute.mp4", Made("mp4", f"{_PICTURE} {X}"),
         Refused(Reason.UNSUPPORTED_INPUT, "no sound", ("audio",))),
)  # fmt: skip
