"""
How far an encode is: reading ffmpeg's ``-progress`` blocks, and showing them to people.

Imports the standard library only.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of ffmpeg; ``out_seconds`` is None until the first packet is written."""

    frames: int
    out_seconds: float | None


def parse_block(lines: list[str]) -> Progress:
    """The report in the ``key=value`` lines of one block."""
    values = dict(line.partition("=")[::2] for line in lines)
    frames = values.get("frame", "0").strip()
    micros = values.get("out_time_us", "N/A").strip()
    return Progress(
        frames=int(frames) if frames.isdigit() else 0,
        out_seconds=int(micros) / 1e6 if micros.removeprefix("-").isdigit() else None,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an encode is, for people.  ``percent`` and ``eta_seconds`` need a known length."""

    percent: float | None
    #: Times real time.
    speed: float
    eta_seconds: float | None


def standing(
    out_seconds: float | None, duration_seconds: float | None, elapsed_seconds: float
) -> Standing:
    """How far an encode is, from what is done, what there is to do, and the time it took."""
    done = max(0.0, out_seconds or 0.0)
    speed = done / elapsed_seconds if elapsed_seconds > 0 else 0.0
    if not duration_seconds:
        return Standing(None, speed, None)
    share = min(1.0, done / duration_seconds)
    eta = (duration_seconds - min(done, duration_seconds)) / speed if speed > 0 else None
    return Standing(100 * share, speed, eta)


def bar(now: Standing, width: int = 24) -> str:
    """One line for a terminal: ``[######······]  42 %  2.1x  0:12 left``."""
    if now.percent is None:
        return f"{now.speed:.1f}x"
    filled = round(width * now.percent / 100)
    left = "" if now.eta_seconds is None else f"  {clock(now.eta_seconds)} left"
    return f"[{'#' * filled}{'·' * (width - filled)}] {now.percent:3.0f} %  {now.speed:.1f}x{left}"


def clock(seconds: float) -> str:
    """``0:12``, ``61:05``: minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
