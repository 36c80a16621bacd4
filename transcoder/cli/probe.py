"""``transcoder probe``: what an input is."""

import argparse
import json
from dataclasses import asdict

from transcoder.adapters.interruption import Interruption
from transcoder.cli.fetching import whole_input
from transcoder.cli.run import make_encoder
from transcoder.core.media import AudioStream, Media, SubtitleStream, VideoStream
from transcoder.core.outcome import Exit


def run(options: argparse.Namespace) -> int:
    """Print what an input is."""
    interruption = Interruption()
    encoder = make_encoder(interruption)
    with interruption.installed(), whole_input(options) as fetched:
        media = encoder.probe(fetched.path)
    if options.json:
        told = {"md5": fetched.md5, "bytes": fetched.bytes, **asdict(media)}
        print(json.dumps(told, default=str))
    else:
        print(
            "\n".join([f"md5        {fetched.md5}", f"bytes      {fetched.bytes}", *_lines(media)])
        )
    return Exit.DONE


def _lines(media: Media) -> list[str]:
    length = "unknown" if media.duration_seconds is None else f"{media.duration_seconds:.2f} s"
    lines = [f"container  {media.container}", f"duration   {length}"]
    lines += [f"video {stream.index:<4} {_video(stream)}" for stream in media.video]
    lines += [f"audio {stream.index:<4} {_audio(stream)}" for stream in media.audio]
    lines += [f"text {stream.index:<5} {_subtitle(stream)}" for stream in media.subtitles]
    return lines


def _video(stream: VideoStream) -> str:
    rate = stream.frame_rate or stream.average_rate
    parts = [
        f"{stream.codec} {stream.width}x{stream.height} {stream.pixel_format}",
        f"{float(rate):.2f} fps" if rate else "rate unknown",
        f"{stream.scan} scan",
    ]
    parts += [f"sample aspect {stream.sample_aspect}"] if stream.sample_aspect != 1 else []
    parts += [f"turned by {stream.rotation}"] if stream.rotation else []
    parts += [f"{stream.colour.transfer}"] if stream.colour.transfer else []
    parts += ["cover picture"] if stream.attached_picture else []
    return ", ".join(parts)


def _audio(stream: AudioStream) -> str:
    parts = [stream.codec, f"{stream.channels} channels", f"{stream.sample_rate} Hz"]
    return ", ".join(parts + _names(stream))


def _subtitle(stream: SubtitleStream) -> str:
    return ", ".join([stream.codec, *_names(stream)])


def _names(stream: AudioStream | SubtitleStream) -> list[str]:
    names = [stream.language or "", repr(stream.title) if stream.title else ""]
    return [name for name in (*names, "default" if stream.default else "") if name]
