"""
Ask an ffmpeg for its version, and for what it has.

Imports ``core.capabilities``, ``errors``, ``ports`` and its neighbour ``process``.
"""

from transcoder.adapters import process
from transcoder.core.capabilities import Capabilities, parse_names, parse_version
from transcoder.core.diagnosis import last_message
from transcoder.errors import Reason, TaskError
from transcoder.ports import Hold

_BOUNDS = process.Bounds(timeout_seconds=10, stall_seconds=10)


def ask_version(executable: str, hold: Hold) -> str:
    """The version of an ffmpeg or ffprobe; raises TaskError where it does not run."""
    return parse_version(_lines(executable, "-version", hold))


def ask_capabilities(ffmpeg: str, hold: Hold) -> Capabilities:
    """What an ffmpeg has; raises TaskError where it does not run."""
    lists = [
        parse_names(_lines(ffmpeg, option, hold)) for option in ("-encoders", "-filters", "-muxers")
    ]
    return Capabilities(*lists)


def _lines(executable: str, option: str, hold: Hold) -> list[str]:
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return False

    argv = [executable, "-hide_banner", option] if option != "-version" else [executable, option]
    try:
        ended = process.run(argv, _BOUNDS, hold, keep)
    except OSError as error:
        detail = f"{executable!r} cannot be started: {error.strerror}"
        raise TaskError(Reason.NO_FFMPEG, detail) from error
    if ended.stalled or ended.exit_status != 0:
        said = "it did not answer" if ended.stalled else last_message(ended.errors)
        raise TaskError(Reason.NO_FFMPEG, f"{executable!r} does not run: {said}")
    return lines
