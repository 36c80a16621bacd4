"""
Containers: their kinds, what else lies in them, names, damage.

Imports its neighbours.
"""

import random
from functools import partial

from transcoder.errors import Reason
from transcoder.selftest.clip import Clip, Refused, Works, near, sized
from transcoder.selftest.recipe import AAC, Changed, Made, Written, X, a, speakers, v
from transcoder.selftest.spoil import cut, flipped, glued, holed

_PICTURE = v("320x180")
_BOTH = f"{_PICTURE} {a()}"
_SAME = sized("320x180")
_SECOND = near(30)
_MUTE = Works(_SAME, _SECOND)
_SOUNDING = Works(_SAME, _SECOND, channels=(1,))
_LONG = f"{v('320x180', seconds=4)} {X} -g 15"
_TEXT = b"1\n00:00:00,200 --> 00:00:00,800\nHello\n\n2\n00:00:00,900 --> 00:00:09,000\nBye\n"
_CHAPTERS = b";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=5\ntitle=One\n"
_DAMAGED = frozenset({"input_damaged"})
_WHOLE = Made("mp4", f"{_PICTURE} {X}")

KINDS = (
    Clip("31 VP9 and Opus", "vp9.webm", Made(
        "webm", f"{_BOTH} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"), _SOUNDING),
    Clip("44 MP4 with its index last", "index_last.mp4", Made("mp4", f"{_BOTH} {X} {AAC}"),
         _SOUNDING),
    Clip("55 MP4 in fragments", "fragments.mp4",
         Made("mp4", f"{_BOTH} {X} {AAC} -movflags frag_keyframe+empty_moov"), _SOUNDING),
    Clip("120 WebM of a recorder that tells no length", "live.webm", Made(
        "webm", f"{_BOTH} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus -live 1"),
        _SOUNDING),
    Clip("121 AV1", "av1.mp4", Made("mp4", f"{_PICTURE} -c:v libsvtav1 -preset 12"), _MUTE),
    Clip("122 Theora and Vorbis", "theora.ogv",
         Made("ogg", f"{_BOTH} -c:v libtheora -c:a libvorbis"), _SOUNDING),
    Clip("123 MPEG-4 with B-frames and MP3", "divx.avi",
         Made("avi", f"{_BOTH} -c:v mpeg4 -bf 2 -c:a libmp3lame"), _SOUNDING),
    Clip("124 Windows Media", "windows.wmv", Made("asf", f"{_BOTH} -c:v wmv2 -c:a wmav2"),
         _SOUNDING),
    Clip("125 Flash", "flash.flv",
         Made("flv", f"{_BOTH} -c:v flv -c:a libmp3lame -ar 44100"), _SOUNDING),
    Clip("126 an old phone's", "phone.3gp", Made("3gp", f"{v('176x144', '15')} -c:v h263"),
         Works(sized("176x144"), near(15), "15")),
    Clip("127 a camera's, 4:2:2", "camera.mxf", Made(
        "mxf", f"{v('320x180', '25')} {a()} -c:v mpeg2video -pix_fmt yuv422p -c:a pcm_s16le"),
        Works(_SAME, near(25), "25", channels=(1,))),
    Clip("128 H.264 without a container", "raw.h264", Made("h264", f"{_PICTURE} {X}"),
         Works(_SAME, range(29, 62), None)),
    Clip("129 HEVC without a container", "raw.hevc", Made(
        "hevc", f"{_PICTURE} -c:v libx265 -preset ultrafast -x265-params log-level=error"),
        Works(_SAME, _SECOND, None)),
    Clip("130 MPEG-1", "video.mpg", Made("mpeg", f"{v('320x176', '25')} -c:v mpeg1video"),
         Works(sized("320x176"), near(25), "25")),
    Clip("131 a name that tells another kind", "mp4.avi", Made("mp4", f"{_PICTURE} {X}"), _MUTE),
    Clip("132 junk before a transport stream", "junk.ts", Changed(
        (Written(random.Random(7).randbytes(1000)),  # noqa: S311 -- no secret
         Made("mpegts", f"{_PICTURE} {X}")), glued), _MUTE),
)  # fmt: skip

BESIDES = (
    Clip("59 a time code's track", "timecode.mov",
         Made("mov", f"{_PICTURE} {X} -timecode 01:00:00:00"), _MUTE),
    Clip("140 subtitles that outlast the picture", "subtitles.mkv", Made(
        "matroska", f"-f srt -i {{0}} {_BOTH} -map 1 -map 2 -map 0 {X} {AAC} -c:s subrip",
        (Written(_TEXT),)),
        Works(_SAME, _SECOND, channels=(1,), warnings=frozenset({"shorter_streams"}))),
    Clip("141 fonts", "fonts.mkv", Made(
        "matroska", f"{_PICTURE} {X} -attach {{0}} -metadata:s:t mimetype=font/ttf -metadata:s:t "
        "filename=some.ttf", (Written(bytes(range(256))),)), _MUTE),
    Clip("142 chapters", "chapters.mp4", Made(
        "mp4", f"-f ffmetadata -i {{0}} {_PICTURE} -map 1 -map_chapters 0 {X}",
        (Written(_CHAPTERS),)), _MUTE),
    Clip("143 a cover beside the picture", "cover.mp4", Made(
        "mp4", "-i {0} -i {1} -map 1 -map 0 -c copy -disposition:v:0 attached_pic",
        (_WHOLE, Made("mp4", f"{v('1000x1000', '1')} -c:v png"))), _MUTE),
    Clip("144 two pictures, the smaller the default", "angles.mkv", Made(
        "matroska", f"{_PICTURE} {v('640x360')} -map 0 -map 1 -disposition:v:0 default "
        f"-disposition:v:1 0 {X}"), _MUTE),
    Clip("145 two pictures, neither the default", "layers.mkv", Made(
        "matroska", f"{v('160x90')} {_PICTURE} -map 0 -map 1 -disposition:v:0 0 -disposition:v:1 0 "
        f"-default_mode passthrough {X}"),
        _MUTE),
    Clip("60 a name that shells and ffmpeg would read otherwise",
         "a 'quoted' \"name\" $HOME * ü %d.mp4", _WHOLE, _MUTE),
    Clip("61 a leading dash", "-61_dash.mp4", _WHOLE, _MUTE),
    Clip("146 a name like a protocol", "concat:a|b.mp4", _WHOLE, _MUTE),
)  # fmt: skip

DAMAGE = (
    Clip("53 200 flipped bytes", "flipped.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags +faststart"),), partial(flipped, count=200)),
        Works(_SAME, range(100, 123), warnings=_DAMAGED)),
    Clip("53a 200 flipped bytes, strictly", "flipped_strict.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags +faststart"),), partial(flipped, count=200)),
        Refused(Reason.INPUT_DAMAGED, "damages"), strict=True),
    Clip("54 a hole", "hole.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags +faststart"),), partial(holed, share=0.1)),
        Works(_SAME, range(100, 123), warnings=_DAMAGED)),
    Clip("54a a hole, strictly", "hole_strict.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags +faststart"),), partial(holed, share=0.1)),
        Refused(Reason.INPUT_DAMAGED, "damages"), strict=True),
    Clip("54b a hole in a transport stream", "hole.ts", Changed(
        (Made("mpegts", _LONG),), partial(holed, share=0.1)),
        Works(_SAME, range(80, 123), warnings=_DAMAGED)),
    Clip("56 a transport stream that changes its size", "splice.ts", Changed(
        (Made("mpegts", f"{v('1280x720')} {X}"), Made("mpegts", f"{v('640x480')} {X}")), glued),
        Works(sized("854x480", "1280x720"), range(56, 63), seconds=(1.8, 2.2), warnings=_DAMAGED)),
    Clip("56a one that changes its colours' depth", "splice_depth.ts", Changed(
        (Made("mpegts", f"{_PICTURE} {X}"), Made("mpegts", f"{_PICTURE} {X} -pix_fmt yuv422p10le")),
        glued), Works(_SAME, range(56, 63), seconds=(1.8, 2.2), warnings=_DAMAGED)),
    Clip("56b one whose sound changes its channels", "splice_sound.ts", Changed(
        (Made("mpegts", f"{_BOTH} {X} -c:a ac3"),
         Made("mpegts", f"{_PICTURE} {speakers('5.1', 6)} {X} -c:a ac3")), glued),
        Works(_SAME, range(56, 63), channels=(2,), seconds=(1.8, 2.2), warnings=_DAMAGED)),
    Clip("150 a transport stream from the middle of a programme", "tuned_in.ts", Changed(
        (Made("mpegts", _LONG),), partial(cut, share=0.7, end=True)),
        Works(_SAME, range(60, 95), warnings=_DAMAGED)),
    Clip("151 a transport stream cut short, which tells no length", "cut.ts", Changed(
        (Made("mpegts", _LONG),), partial(cut, share=0.6)),
        Works(_SAME, range(55, 85), warnings=_DAMAGED)),
    Clip("152 fragments cut short", "cut_fragments.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags frag_keyframe+empty_moov"),), partial(cut, share=0.6)),
        Works(_SAME, range(45, 85), warnings=_DAMAGED)),
)  # fmt: skip
