"""
Hold a result against its plan, before anyone may see it.

Imports ``core`` and ``errors``.
"""

from transcoder.core.diagnosis import Run, last_message
from transcoder.core.media import Media
from transcoder.core.plan import Plan, Rendition
from transcoder.errors import Reason, TaskError


def shortfall(planned_seconds: float | None, actual_seconds: float | None) -> float:
    """
    By how many seconds a result is too short: 0 within the tolerance of 1 s or 1 %.

    Longer is fine: transport streams are often longer than they claim.
    """
    if planned_seconds is None:
        return 0.0
    missing = planned_seconds - (actual_seconds or 0.0)
    return missing if missing > max(1.0, planned_seconds * 0.01) else 0.0


def problems(result: Media | None, plan: Plan, rendition: Rendition) -> list[str]:
    """What a result's description has against it; empty where all is as planned."""
    if result is None or not result.video:
        return ["it cannot be opened as a video"]
    video = result.video[0]
    channels = result.audio[0].channels if result.audio else 0
    checks = (
        ("video streams", len(result.video), 1),
        ("audio streams", len(result.audio), 0 if plan.audio is None else 1),
        ("codec", video.codec, "h264"),
        ("size", (video.width, video.height), (rendition.width, rendition.height)),
        ("pixel format", video.pixel_format, "yuv420p"),
        ("rotation", video.rotation, 0),
        ("sample aspect", video.sample_aspect, 1),
        ("audio channels", channels, rendition.channels),
    )
    return [
        f"{what} {found}, planned {wanted}" for what, found, wanted in checks if found != wanted
    ]


def undecodable(run: Run) -> str | None:
    """What decoding a result brought to light, or None where it decodes to the end."""
    if run.exit_status != 0:
        return f"it does not decode: {last_message(run.errors)}"
    if run.frames == 0:
        return "it holds no frame"
    if run.damaged_count:
        return f"it is damaged in {run.damaged_count} places: {last_message(run.errors)}"
    return None


def invalid(profile: str, found: list[str]) -> TaskError:
    """The error for a result that is not as planned."""
    return TaskError(Reason.OUTPUT_INVALID, f"the {profile} result: {'; '.join(found)}")


def truncated(planned_seconds: float, actual_seconds: float | None) -> TaskError:
    """The error for an input that ends before its time."""
    detail = (
        f"the input claims {planned_seconds:.2f} s and ends after {actual_seconds or 0.0:.2f} s"
    )
    return TaskError(Reason.INPUT_TRUNCATED, detail)
