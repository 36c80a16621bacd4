"""
Pictures of every shape, depth, colour and scan.

Imports its neighbours.
"""

from functools import partial

from transcoder.selftest.clip import Clip, Colour, Works, exactly, near, sized
from transcoder.selftest.recipe import AAC, Changed, Made, Written, X, a, speakers, v
from transcoder.selftest.spoil import replaced, turned

_HD = v("1920x1080")
_PLAIN = Made("mp4", f"{_HD} {a()} {X} {AAC} -movflags +faststart")
_HALF = Made("mp4", f"{v('1920x1080', seconds=0.5)} {a(0.5)} {X} {AAC}")
_SECOND = near(30)
_480_720 = sized("854x480", "1280x720")
_SAME = sized("640x360")
_UPRIGHT = sized("480x854", "720x1280")

#: Says PQ and BT.2020, as phones and HDR10 films do.
_PQ = (
    "-pix_fmt yuv420p10le -c:v libx265 -preset ultrafast -x265-params "
    "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1"
)
_HLG = _PQ.replace("smpte2084", "arib-std-b67").replace(":hdr10=1", "")
_GREEN = "-f lavfi -i color=0x20C040:size={}:rate=30:duration=1"
#: Of the first of the moving test pictures, once its brightness is mapped.
_MAPPED = (119, 110, 125)
_GREEN_MEAN = (32, 192, 64)
_MARK = (192, 32, 64)
#: Its upper left quarter is of another colour.
_MARKED = Made(
    "mp4", f"{_GREEN.format('1920x1080')} {a()} -t 0.5 -vf format=gbrp,"
    f"drawbox=0:0:960:540:0xC02040:fill,scale=out_color_matrix=bt709 {X} {AAC}",
)  # fmt: skip
_FIELDS = "-vf tinterlace=mode=interleave_{0},setfield={1}ff{2}"
_MPEG2_FIELDS = "-c:v mpeg2video -q:v 4 -flags +ilme+ildct"


def _turned(degrees: int, *, mirrored: bool = False) -> Changed:
    return Changed((_MARKED,), partial(turned, degrees=degrees, mirrored=mirrored))


def _marked(corner: int) -> tuple[Colour, Colour, Colour, Colour]:
    """The quarters of which one is marked, as all turns but the right one would not have it."""
    first, second, third, fourth = (_MARK if corner == n else _GREEN_MEAN for n in range(4))
    return first, second, third, fourth


SHAPES = (
    Clip("01 plain 1080p, index first", "plain.mp4", _PLAIN,
         Works(_480_720, _SECOND, channels=(1,), seconds=(0.98, 1.1))),
    Clip("02 smaller than both boxes", "small.mp4", Made("mp4", f"{v('640x360')} {a()} {X} {AAC}"),
         Works(_SAME, _SECOND, channels=(1,))),
    Clip("03 odd size, 4:4:4", "odd.mkv",
         Made("matroska", f"{v('641x361')} -c:v ffv1 -pix_fmt yuv444p"), Works(_SAME, _SECOND)),
    Clip("04 odd height once fitted", "odd_height.mp4", Made("mp4", f"{v('1920x1042')} {X}"),
         Works(sized("854x464", "1280x694"), _SECOND)),
    Clip("09 turned by 90 degrees", "turned.mp4", _turned(90),
         Works(_UPRIGHT, near(15), channels=(1,), quarters=_marked(1))),
    Clip("09a turned by 270 degrees", "turned_left.mp4", _turned(270),
         Works(_UPRIGHT, near(15), channels=(1,), quarters=_marked(2))),
    Clip("09b turned and mirrored, as front cameras do", "mirrored.mp4", _turned(90, mirrored=True),
         Works(_UPRIGHT, near(15), channels=(1,), quarters=_marked(3))),
    Clip("10 upside down", "upside_down.mp4", _turned(180),
         Works(_480_720, near(15), channels=(1,), quarters=_marked(3))),
    Clip("11 portrait", "portrait.mp4", Made("mp4", f"{v('1080x1920')} {X}"),
         Works(_UPRIGHT, _SECOND)),
    Clip("17 PAL, anamorphic 16:9", "anamorphic.mpg",
         Made("mpeg", f"{v('720x576', '25')} -vf setsar=64/45 -c:v mpeg2video"),
         Works(sized("854x480", "1024x576"), near(25), "25")),
    Clip("20 two by two pixels", "tiny.mkv",
         Made("matroska", "-f lavfi -i color=size=2x2:rate=30:duration=1 -c:v ffv1"),
         Works(sized("2x2"), _SECOND)),
    Clip("21 one pixel", "pixel.avi", Made(
        "avi", "-f rawvideo -pixel_format rgb24 -video_size 1x1 -framerate 20 -i {0} "
        "-c:v rawvideo", (Written(bytes(60)),)), Works(sized("2x2"), near(20), "20")),
    Clip("22 one frame", "one_frame.mp4", Made("mp4", f"{_HD} {X} -frames:v 1"),
         Works(_480_720, exactly(1), seconds=(0.0, 0.1))),
    Clip("23 4K at 60 frames a second", "uhd.mp4", Made("mp4", f"{v('3840x2160', '60', 0.25)} {X}"),
         Works(_480_720, near(15), "60")),
    Clip("24 21:9", "wide.mp4", Made("mp4", f"{v('2560x1080')} {X}"),
         Works(sized("854x360", "1280x540"), _SECOND)),
    Clip("25 a strip, wide", "strip.mp4", Made("mp4", f"{v('4000x100')} {X}"),
         Works(sized("854x22", "1280x32"), _SECOND)),
    Clip("26 a strip, tall", "tall_strip.mp4", Made("mp4", f"{v('100x4000')} {X}"),
         Works(sized("22x854", "32x1280"), _SECOND)),
    Clip("70 sample aspect beyond reason", "sliver.mkv",
         Made("matroska", f"{v('640x360')} -vf setsar=20/1 {X}"),
         Works(sized("854x24", "1280x36"), _SECOND)),
    Clip("71 turned and anamorphic", "turned_anamorphic.mp4", Changed(
        (Made("mp4", f"{v('720x576', '25')} -vf setsar=64/45 {X}"),), partial(turned, degrees=90)),
        Works(sized("480x854", "576x1024"), near(25), "25")),
    Clip("71a wider than encoders allow", "panorama.mkv",
         Made("matroska", f"{v('17000x16', '30', 0.2)} -c:v ffv1"),
         Works(sized("854x2", "1280x2"), near(6))),
    Clip("72 a header of 65535 pixels, a picture of 640x360", "boast.mp4", Changed(
        (Made("mp4", f"{v('640x360')} {X}"),),
        partial(replaced, old=b"\x02\x80\x01\x68", new=b"\xff\xff\xff\xff")),
        Works(_SAME, _SECOND)),
    Clip("73 all kinds of results at once", "all.mp4", _HALF, Works(
        sized("854x480", "1280x720", full="1920x1080", audio="", poster="1280x720",
              sprite="160x90", hls="1920x1080"), near(15), channels=(1,))),
    Clip("74 one frame, stills", "one_still.mp4", Made("mp4", f"{_HD} {X} -frames:v 1"),
         Works({"poster": "1280x720", "sprite": "160x90", "hls": "1920x1080"}, exactly(1))),
)  # fmt: skip

COLOURS = (
    Clip("05 ProRes 4:2:2, 10 bits", "prores.mov", Made(
        "mov", f"{v('640x360')} {a()} -c:v prores_ks -profile:v 3 -pix_fmt yuv422p10le "
        "-c:a pcm_s16le"), Works(_SAME, _SECOND, channels=(1,))),
    Clip("06 H.264 4:2:2", "422.mp4",
         Made("mp4", f"{v('640x360')} -c:v libx264 -preset ultrafast -pix_fmt yuv422p"),
         Works(_SAME, _SECOND)),
    Clip("07 H.264, 10 bits", "10_bit.mp4",
         Made("mp4", f"{v('640x360')} -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le"),
         Works(_SAME, _SECOND)),
    Clip("08 RGB 4:4:4 and FLAC", "rgb.mkv", Made(
        "matroska", f"{v('640x360')} {a()} -c:v libx264rgb -preset ultrafast -c:a flac"),
        Works(_SAME, _SECOND, channels=(1,))),
    Clip("29 HDR10", "hdr10.mp4", Made("mp4", f"{v('640x360', '30', 0.5)} {_PQ}"),
         Works(_SAME, near(15), colour=_MAPPED)),
    Clip("29a HLG", "hlg.mp4", Made("mp4", f"{v('640x360', '30', 0.5)} {_HLG}"),
         Works(_SAME, near(15), colour=_MAPPED)),
    Clip("29b HDR of which only the curve is told", "half_told.mkv", Made(
        "matroska", f"{v('640x360', '30', 0.5)} -pix_fmt yuv420p10le -c:v libx265 -preset "
        "ultrafast -x265-params log-level=error:transfer=smpte2084"),
        Works(_SAME, near(15), colour=_MAPPED)),
    Clip("32 MJPEG, full range", "full_range.avi",
         Made("avi", f"{_GREEN.format('640x360')} -c:v mjpeg -pix_fmt yuvj420p -q:v 3"),
         Works(_SAME, _SECOND, colour=_GREEN_MEAN)),
    Clip("33 with alpha", "alpha.mov",
         Made("mov", f"{v('640x480')} -vf format=argb -c:v qtrle"),
         Works(sized("640x480"), _SECOND)),
    Clip("34 GIF", "picture.gif", Made("gif", f"{v('321x241', '10')} -c:v gif"),
         Works(sized("320x240"), near(10), "10")),
    Clip("75 HD colours without tags", "untagged_hd.mp4", Made(
        "mp4", f"{_GREEN.format('1280x720')} -vf scale=out_color_matrix=bt709 {X}"),
        Works(_480_720, _SECOND, colour=_GREEN_MEAN)),
    Clip("76 SD colours without tags", "untagged_sd.mp4", Made(
        "mp4", f"{_GREEN.format('640x480')} -vf scale=out_color_matrix=smpte170m {X}"),
        Works(sized("640x480"), _SECOND, colour=_GREEN_MEAN)),
    Clip("77 HEVC 4:4:4, 12 bits", "444_12.mkv", Made(
        "matroska", f"{v('640x360', '30', 0.5)} -c:v libx265 -preset ultrafast -pix_fmt "
        "yuv444p12le -x265-params log-level=error"), Works(_SAME, near(15))),
    Clip("78 VP8 with alpha", "alpha.webm", Made(
        "webm", f"{v('320x180')} -vf format=yuva420p -c:v libvpx -deadline realtime -cpu-used 8 "
        "-auto-alt-ref 0"), Works(sized("320x180"), _SECOND)),
    Clip("34a GIF of one frame", "still.gif",
         Made("gif", f"{v('64x64', '10')} -c:v gif -frames:v 1"),
         Works(sized("64x64"), range(1, 3), None)),
    Clip("79 one bit a pixel, grey", "grey.mkv",
         Made("matroska", f"{v('640x360')} -c:v ffv1 -pix_fmt gray"), Works(_SAME, _SECOND)),
)  # fmt: skip

SCANS = (
    Clip("18 PAL, interlaced", "interlaced.mpg", Made(
        "mpeg", f"{v('720x576', '50')} {_FIELDS.format('top', 't', ',setsar=16/15')} "
        f"{_MPEG2_FIELDS}"), Works(sized("640x480", "768x576"), near(25), "25")),
    Clip("19 1080i50 and AC-3 in a transport stream", "interlaced.ts", Made(
        "mpegts", f"{v('1920x1080', '50', 0.6)} {a(0.6)} {_FIELDS.format('top', 't', '')} {X} "
        "-x264opts tff=1 -flags +ilme+ildct -c:a ac3"),
        Works(_480_720, near(15), "25", channels=(1,))),
    Clip("19a HDV, 1440x1080 shown as 16:9", "hdv.ts", Made(
        "mpegts", f"{v('1440x1080', '50', 0.5)} {_FIELDS.format('top', 't', ',setsar=4/3')} "
        f"{_MPEG2_FIELDS}"), Works(_480_720, range(11, 14), "25")),
    Clip("80 NTSC DV, bottom field first", "ntsc.dv", Made(
        "dv", f"{v('720x480', '60000/1001', 0.5)} {speakers('stereo', 2, 0.5)} "
        f"{_FIELDS.format('bottom', 'b', ',setsar=8/9')} -c:v dvvideo -pix_fmt yuv411p "
        "-c:a pcm_s16le"),
        Works(sized("640x480", "720x540"), near(15), "30000/1001", channels=(2,))),
)  # fmt: skip
