"""
Rates, gaps, beginnings and ends.

Imports its neighbours.
"""

from transcoder.selftest.clip import Clip, Works, exactly, near, sized
from transcoder.selftest.recipe import AAC, Changed, Made, X, a, v
from transcoder.selftest.spoil import glued

_PICTURE = v("320x180")
_BOTH = f"{_PICTURE} {a()}"
_SAME = sized("320x180")
_SECOND = near(30)
_SHORTER = frozenset({"shorter_streams"})
_DAMAGED = frozenset({"input_damaged"})
_LONGER = f"{v('320x180', seconds=2)} {a(2)} {X} {AAC}"

RATES = (
    Clip("16 variable rate, mildly", "mild.mp4", Made(
        "mp4", f"{v('320x180', seconds=4)} -vf setpts='(N+6*floor(N/120)+floor(N/20))/30/TB' "
        f"-fps_mode vfr {X}"), Works(_SAME, near(126), seconds=(4.1, 4.3))),
    Clip("27 240 frames a second", "240.mp4", Made("mp4", f"{v('640x480', '240', 0.5)} {X}"),
         Works(sized("640x480"), near(30), "60")),
    Clip("28 one frame a second", "1.mp4", Made("mp4", f"{v('1280x720', '1', 3)} {X}"),
         Works(sized("854x480", "1280x720"), near(3), "1")),
    Clip("62 variable rate, ticks of a millisecond", "ticks.mkv", Made(
        "matroska", f"{v('320x180', '1000', 2)} -vf select='lt(random(1),0.03)' -fps_mode vfr "
        f"{X}"),
        Works(_SAME, range(100, 125), "60")),
    Clip("63 gaps of half a second, then a burst of 120 frames a second", "burst.mkv", Made(
        "matroska", f"{v('320x180', '120', 1)} -vf setpts='if(lt(N,4),N/2,2+(N-4)/120)/TB' "
        f"-fps_mode passthrough {X}"), Works(_SAME, range(170, 181), "60", seconds=(2.8, 3.05))),
    Clip("100 NTSC", "ntsc.mp4", Made("mp4", f"{v('320x180', '30000/1001')} {X}"),
         Works(_SAME, _SECOND, "30000/1001")),
    Clip("101 film, in ticks of 90 kHz", "film.mp4", Made(
        "mp4", f"{v('320x180', '24000/1001')} {X} -video_track_timescale 90000"),
        Works(_SAME, near(24), "24000/1001")),
    Clip("102 film in milliseconds", "film.mkv",
         Made("matroska", f"{v('320x180', '24000/1001', 2)} {X}"),
         Works(_SAME, near(48), "24000/1001")),
    Clip("103 50 frames a second, every fifth dropped", "dropped.mp4", Made(
        "mp4", f"{v('320x180', '50', 2)} -vf select='mod(n,5)' -fps_mode vfr {X}"),
        Works(_SAME, near(100), "50")),
    Clip("104 time base of a prime", "prime.mp4", Made(
        "mp4", f"{_PICTURE} {X} -video_track_timescale 10007"), Works(_SAME, _SECOND)),
    Clip("105 12.5 frames a second", "screen.mp4", Made("mp4", f"{v('320x180', '25/2', 2)} {X}"),
         Works(_SAME, near(25), "25/2")),
    Clip("106 a frame, then none for seconds", "slides.mkv", Made(
        "matroska", f"{v('320x180', '10', 0.5)} -vf setpts='N*2/TB' -fps_mode passthrough {X}"),
        Works(_SAME, range(3, 600), None, seconds=(8.0, 10.1))),
)  # fmt: skip

ENDS = (
    Clip("57 negative start", "negative.mp4", Made(
        "mp4", "-itsoffset -0.5 -i {0} -c copy", (Made("matroska", _LONGER),)),
        Works(_SAME, range(44, 62), channels=(1,), seconds=(1.4, 2.1))),
    Clip("58 sound three times as long as the picture", "longer_sound.mp4", Made(
        "mp4", f"{_PICTURE} {a(3)} {X} {AAC}"),
        Works(_SAME, range(29, 92), channels=(1,), seconds=(2.9, 3.1), warnings=_SHORTER)),
    Clip("110 picture three times as long as the sound", "longer_picture.mp4", Made(
        "mp4", f"{v('320x180', seconds=3)} {a()} {X} {AAC}"),
        Works(_SAME, near(90), channels=(1,), seconds=(2.9, 3.1), warnings=_SHORTER)),
    Clip("111 edit list, as a cut without encoding leaves it", "edited.mp4", Made(
        "mp4", "-ss 0.5 -i {0} -c copy", (Made("mp4", f"{_LONGER} -g 60"),)),
        Works(_SAME, near(45), channels=(1,), seconds=(1.4, 1.6))),
    Clip("111a pictures that are shown in another order than stored", "reordered.mp4", Made(
        "mp4", f"{v('320x180', seconds=2)} {a(2)} -c:v libx264 -preset superfast -bf 3 {AAC}"),
        Works(_SAME, exactly(60), channels=(1,), seconds=(1.99, 2.1))),
    Clip("111b the same, cut without encoding", "reordered_cut.mp4", Made(
        "mp4", "-ss 0.5 -i {0} -c copy", (Made(
            "mp4", f"{v('320x180', seconds=2)} {a(2)} -c:v libx264 -preset superfast -bf 3 {AAC}"),
        )), Works(_SAME, near(45), channels=(1,), seconds=(1.4, 1.6))),
    Clip("112 sound that begins late", "late_sound.mkv", Made(
        "matroska", f"{v('320x180', seconds=2)} -itsoffset 0.7 {a(1.3)} {X} {AAC}"),
        Works(_SAME, near(60), channels=(1,), seconds=(1.9, 2.1), sound_seconds=(1.95, 2.1))),
    Clip("113 picture that begins late", "late_picture.mkv", Made(
        "matroska", f"-itsoffset 0.6 {_PICTURE} {a(1.6)} {X} {AAC}"),
        Works(_SAME, range(29, 50), channels=(1,), seconds=(1.5, 1.7))),
    Clip("114 begins after a minute", "late.mkv",
         Made("matroska", f"{_BOTH} {X} {AAC} -output_ts_offset 60"),
         Works(_SAME, _SECOND, channels=(1,), seconds=(0.9, 1.2))),
    Clip("115 begins after an hour", "late.ts",
         Made("mpegts", f"{_BOTH} {X} {AAC} -output_ts_offset 3600"),
         Works(_SAME, _SECOND, channels=(1,), seconds=(0.9, 1.2))),
    Clip("116 a clock of 33 bits that turns over", "turnover.ts",
         Made("mpegts", f"{_LONGER} -output_ts_offset 95442"),
         Works(_SAME, near(60), channels=(1,), seconds=(1.9, 2.2))),
    Clip("117 a still with sound", "still.mp4", Made(
        "mp4", f"{v('320x180', '30', 0.033)} {a(2)} {X} {AAC}"),
        Works(_SAME, range(1, 62), channels=(1,), seconds=(1.9, 2.1), warnings=_SHORTER)),
    Clip("118 two recordings in one, each from its own zero", "twice.ts", Changed(
        (Made("mpegts", f"{_BOTH} {X} {AAC}"), Made("mpegts", f"{_BOTH} {X} {AAC}")),
        glued), Works(_SAME, range(55, 64), channels=(1,), seconds=(1.8, 2.2), warnings=_DAMAGED)),
)  # fmt: skip
