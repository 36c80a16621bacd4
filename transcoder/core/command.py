"""
Build the arguments of ffmpeg and ffprobe, as data; nobody runs anything here.

Every input is opened by one of our own file names with the protocols and formats whitelisted, so
that a playlist or a concat script posing as a video cannot make ffmpeg open anything else.
Imports ``core.plan`` and ``core.profile``.
"""

from collections.abc import Sequence

from transcoder.core.plan import Plan, Rendition

#: Demuxers that an input may need.  hls, concat, dash and the image sequences are absent: they
#: read other files.  The audio ones are here so that sound alone gets its own error.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,flv,asf,ogg,gif,mxf,dv,"
    "h264,hevc,m4v,ivf,mp3,wav,flac,aac"
)
#: 8K with room; a picture of 144 megapixels would take gigabytes for each thread.
MAX_PIXELS = 36_000_000

#: Every stream whose length counts into the container's.
ALL_STREAMS = ("0:v?", "0:a?", "0:s?")

#: What an output's comment starts with; the profile's digest follows.
COMMENT = "transcoder settings "

_GUARDS = (
    *("-protocol_whitelist", "file,pipe"),
    *("-format_whitelist", FORMATS),
    *("-max_pixels", str(MAX_PIXELS)),
)


def ffprobe_arguments(path: str) -> list[str]:
    """Describe a file as JSON."""
    show = ["-of", "json", "-show_format", "-show_streams"]
    return ["-hide_banner", "-v", "warning", *_GUARDS, *show, "-i", f"file:{path}"]


def banner_arguments(path: str) -> list[str]:
    """Describe a file on stderr.  ffmpeg then exits 1, as no output is asked for."""
    return ["-hide_banner", "-nostdin", *_GUARDS, "-i", f"file:{path}"]


def decode_arguments(path: str, threads: int) -> list[str]:
    """Decode all of a file to nowhere, telling every damage on stderr and progress on stdout."""
    return [
        *_global(),
        *("-threads", str(threads)),
        *_GUARDS,
        *("-i", f"file:{path}"),
        *("-map", "0", "-f", "null", "-"),
    ]


def measure_arguments(path: str, streams: Sequence[str]) -> list[str]:
    """
    Read streams to their end without decoding: ``out_time`` is then their true length.

    ``streams`` are ffmpeg's specifiers, such as ``0:1`` or ``0:a?``.
    """
    maps = [argument for stream in streams for argument in ("-map", stream)]
    return [*_global(), *_GUARDS, "-i", f"file:{path}", *maps, "-c", "copy", "-f", "null", "-"]


def encode_arguments(path: str, plan: Plan, outputs: Sequence[str], threads: int) -> list[str]:
    """
    Encode all renditions of a plan from one decode, each into its own file.

    ``outputs`` are paths in the order of ``plan.renditions``.  The same input, plan, ffmpeg and
    ``threads`` give the same bytes, whatever other renditions are made in the same run.
    """
    arguments = [
        *_global(),
        *("-filter_complex_threads", str(threads)),
        *("-threads", str(threads)),
        *_GUARDS,
        *("-i", f"file:{path}"),
        *("-filter_complex", filter_graph(plan)),
    ]
    for number, (rendition, output) in enumerate(zip(plan.renditions, outputs, strict=True)):
        arguments += ["-map", f"[v{number}]"]
        if plan.audio is not None:
            arguments += ["-map", f"0:{plan.audio.index}"]
        arguments += _output(plan, rendition, threads)
        arguments.append(f"file:{output}")
    return arguments


def filter_graph(plan: Plan) -> str:
    """One decode, shared deinterlacing, then a branch for each rendition."""
    shared = ["bwdif=mode=send_frame:deint=interlaced"] if plan.deinterlace else []
    names = "".join(f"[s{number}]" for number in range(len(plan.renditions)))
    shared.append(f"split={len(plan.renditions)}{names}")
    graph = [f"[0:{plan.video.index}]" + ",".join(shared)]
    graph += [
        f"[s{number}]{_branch(plan, rendition)}[v{number}]"
        for number, rendition in enumerate(plan.renditions)
    ]
    return ";".join(graph)


def _branch(plan: Plan, rendition: Rendition) -> str:
    rate = rendition.frame_rate
    return ",".join(
        [
            f"fps={rate.numerator}/{rate.denominator}",
            *(_tonemap(plan, rendition) if plan.tonemap else _scale(plan, rendition)),
            "format=yuv420p",
            "setsar=1",
            # Some versions drop -color_trc and its kind where the filter's output is untagged.
            "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
        ]
    )


def _scale(plan: Plan, rendition: Rendition) -> list[str]:
    # Without in_color_matrix swscale takes every input for BT.601, tagged or not.
    options = "flags=bicubic+accurate_rnd+full_chroma_int"
    colours = f"in_color_matrix={plan.matrix}:out_color_matrix=bt709:out_range=tv"
    return [f"scale={rendition.width}:{rendition.height}:{options}:{colours}"]


def _tonemap(plan: Plan, rendition: Rendition) -> list[str]:
    colour = plan.video.colour
    source = f"tin={colour.transfer}:min={colour.matrix or 'bt2020nc'}"
    source += f":pin={colour.primaries or 'bt2020'}"
    return [
        f"zscale=w={rendition.width}:h={rendition.height}:{source}:t=linear:npl=100",
        "format=gbrpf32le",
        "zscale=p=bt709",
        "tonemap=tonemap=hable:desat=0",
        "zscale=t=bt709:m=bt709:r=tv",
    ]


def _global() -> list[str]:
    return [
        *("-hide_banner", "-nostdin", "-v", "level+warning", "-nostats"),
        *("-progress", "pipe:1", "-y"),
    ]


def _output(plan: Plan, rendition: Rendition, threads: int) -> list[str]:
    video, audio = rendition.profile.video, rendition.profile.audio
    arguments = [
        *("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-metadata", f"comment={COMMENT}{rendition.profile.digest}"),
        *("-c:v", video.codec, "-preset", video.preset, "-crf", str(video.crf)),
        *("-maxrate", f"{video.maxrate_kbit}k", "-bufsize", f"{2 * video.maxrate_kbit}k"),
        *("-profile:v", video.h264_profile, "-level:v", video.h264_level),
        *("-pix_fmt", "yuv420p", "-fps_mode", "cfr"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{video.keyframe_seconds})"),
        *("-threads", str(threads)),
    ]
    if plan.audio is not None:
        arguments += [
            *("-c:a", audio.codec, "-b:a", f"{audio.bitrate_kbit}k"),
            *("-ac", str(rendition.channels), "-ar", str(audio.sample_rate)),
            *("-af", "aresample=async=1:first_pts=0"),
        ]
    return [
        *arguments,
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *("-movflags", "+faststart", "-max_muxing_queue_size", "4096", "-f", "mp4"),
    ]
