"""
What must be refused: no videos, halves of videos, too much of one, and files that name others.

Imports its neighbours.
"""

import random
from functools import partial

from transcoder.errors import Reason
from transcoder.selftest.clip import Clip, Refused
from transcoder.selftest.recipe import AAC, Changed, Made, Written, X, a, v
from transcoder.selftest.spoil import cut, emptied, holed, replaced

_LONG = f"{v('160x90', seconds=4)} {X}"
_TRUNCATED = Refused(Reason.INPUT_TRUNCATED, "the input claims 4.0")
_KEY = "0123456789abcdef0123456789abcdef"
_COVER = f"{a()} {v('64x64', '1')} -map 0 -map 1 -c:a libmp3lame -c:v mjpeg"


def _written(name: str, file: str, data: bytes, reason: Reason, words: str) -> Clip:
    return Clip(name, file, Written(data), Refused(reason, words))


NO_VIDEOS = (
    Clip("40 sound only", "sound.mp4", Made("mp4", f"{a()} {AAC}"),
         Refused(Reason.NO_VIDEO_STREAM, "sound only")),
    Clip("41 sound with a cover", "cover.mp3", Made("mp3", f"{_COVER} -disposition:v attached_pic"),
         Refused(Reason.NO_VIDEO_STREAM, "cover picture")),
    Clip("42 a PNG", "picture.mp4", Made("image2pipe", f"{v('64x64')} -frames:v 1 -c:v png"),
         Refused(Reason.NOT_A_VIDEO, "a PNG picture")),
    _written("46 nothing", "empty.mp4", b"", Reason.EMPTY_INPUT, "holds no byte"),
    _written("47 text", "text.mp4", b"no video at all\n", Reason.NOT_A_VIDEO, "is text"),
    _written("48 an HTML page", "page.mp4", b"<!doctype html><p>not found", Reason.NOT_A_VIDEO,
             "an HTML page"),
    _written("49 random bytes", "noise.mp4",
             random.Random(7).randbytes(9000),  # noqa: S311 -- no secret
             Reason.NOT_A_VIDEO, "of no known kind"),
    _written("160 an archive", "archive.mp4", b"PK\x03\x04" + bytes(300), Reason.NOT_A_VIDEO,
             "a ZIP archive"),
    _written("161 a store's refusal", "refusal.mp4",
             b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
             Reason.NOT_A_VIDEO, "an XML document"),
    _written("162 zeros", "zeros.mp4", bytes(5000), Reason.NOT_A_VIDEO, "of no known kind"),
)  # fmt: skip

HALVES = (
    Clip("43 MP4 cut short, index first", "cut.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags +faststart"),), partial(cut, share=0.6)), _TRUNCATED),
    Clip("45 MP4 cut short, index last", "no_index.mp4", Changed(
        (Made("mp4", _LONG),), partial(cut, share=0.6)),
        Refused(Reason.UNREADABLE, "moov atom not found")),
    Clip("163 Matroska cut short", "cut.mkv", Changed(
        (Made("matroska", _LONG),), partial(cut, share=0.6)), _TRUNCATED),
    Clip("164 AVI cut short", "cut.avi", Changed(
        (Made("avi", f"{v('160x90', seconds=4)} -c:v mjpeg"),), partial(cut, share=0.6)),
        _TRUNCATED),
    Clip("165 Flash cut short", "cut.flv", Changed(
        (Made("flv", _LONG),), partial(cut, share=0.6)), _TRUNCATED),
    Clip("166 a header without any picture", "header.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags +faststart"),), emptied),
        Refused(Reason.UNREADABLE, "nothing was decoded")),
    Clip("167 a picture that nobody can decode", "unknown.mp4", Changed(
        (Made("mp4", _LONG),), partial(replaced, old=b"avc1", new=b"zzzz")),
        Refused(Reason.UNSUPPORTED_INPUT, "cannot decode")),
)  # fmt: skip

SCRIPTS = (
    _written("50 a playlist of files", "files.mp4",
             b"#EXTM3U\n#EXTINF:2,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
             Reason.FORMAT_NOT_ALLOWED, "playlist"),
    _written("51 a playlist of another host", "hosts.m3u8",
             b"#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1/x\n#EXT-X-ENDLIST\n",
             Reason.FORMAT_NOT_ALLOWED, "playlist"),
    _written("52 an ffconcat script", "script.mp4", b"ffconcat version 1.0\nfile plain.mp4\n",
             Reason.FORMAT_NOT_ALLOWED, "ffconcat"),
    _written("168 a DASH manifest", "dash.mp4",
             b'<?xml version="1.0"?>\n<MPD type="static"><Period><BaseURL>file:///etc/hostname'
             b"</BaseURL></Period></MPD>", Reason.FORMAT_NOT_ALLOWED, "manifest"),
    _written("169 a session of a camera", "session.sdp",
             b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n",
             Reason.NOT_A_VIDEO, "is text"),
)  # fmt: skip

OTHERS = (
    Clip("170 subtitles alone", "subtitles.mkv", Made("matroska", "-f srt -i {0} -c:s subrip", (
        Written(b"1\n00:00:00,200 --> 00:00:00,800\nHello\n"),)),
        Refused(Reason.NO_VIDEO_STREAM, "no sound either")),
    Clip("171 encrypted", "encrypted.mp4", Made(
        "mp4", f"{_LONG} -encryption_scheme cenc-aes-ctr -encryption_key {_KEY} "
        f"-encryption_kid {_KEY}"), Refused(Reason.INPUT_DAMAGED, "encrypted")),
    Clip("172 a download that was given its room and never finished", "room.mp4", Changed(
        (Made("mp4", f"{_LONG} -movflags +faststart"),), partial(holed, share=0.5, at=0.5)),
        Refused(Reason.INPUT_DAMAGED, "")),
)  # fmt: skip

TOO_MUCH = (
    Clip("64 12000x12000 pixels", "huge.avi", Made(
        "avi", "-f lavfi -i color=size=12000x12000:rate=1:duration=1 -c:v mjpeg -q:v 31"),
        Refused(Reason.TOO_LARGE, "12000x12000")),
)  # fmt: skip
