"""
How a task ended: the outcome line, its exit code, and whether another attempt makes sense.

Imports ``errors``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum

from transcoder.errors import Reason


class Exit(IntEnum):
    """Exit codes; 64 to 78 are those of sysexits(3)."""

    DONE = 0
    CHILD_FAILED = 1
    USAGE = 2
    BAD_INPUT = 65
    NO_INPUT = 66
    INTERNAL = 70
    RETRY = 75
    CONFIGURATION = 78
    INTERRUPTED = 130
    TERMINATED = 143


_EXITS = {
    Reason.NO_VIDEO_STREAM: Exit.BAD_INPUT,
    Reason.NOT_A_VIDEO: Exit.BAD_INPUT,
    Reason.EMPTY_INPUT: Exit.BAD_INPUT,
    Reason.INPUT_TRUNCATED: Exit.BAD_INPUT,
    Reason.UNREADABLE: Exit.BAD_INPUT,
    Reason.FORMAT_NOT_ALLOWED: Exit.BAD_INPUT,
    Reason.TOO_LARGE: Exit.BAD_INPUT,
    Reason.TOO_LONG: Exit.BAD_INPUT,
    Reason.INPUT_DAMAGED: Exit.BAD_INPUT,
    Reason.BLOCKED_ADDRESS: Exit.BAD_INPUT,
    Reason.UNSUPPORTED_INPUT: Exit.BAD_INPUT,
    Reason.MISSING_INPUT: Exit.NO_INPUT,
    Reason.INPUT_FORBIDDEN: Exit.NO_INPUT,
    Reason.NO_BUCKET: Exit.CONFIGURATION,
    Reason.NO_SUCH_BUCKET: Exit.CONFIGURATION,
    Reason.OUTPUT_FORBIDDEN: Exit.CONFIGURATION,
    Reason.NO_CREDENTIALS: Exit.CONFIGURATION,
    Reason.UNKNOWN_PROFILE: Exit.CONFIGURATION,
    Reason.NO_FFMPEG: Exit.CONFIGURATION,
    Reason.FFMPEG_INCAPABLE: Exit.CONFIGURATION,
    Reason.BAD_SETTING: Exit.CONFIGURATION,
    Reason.SOURCE_UNAVAILABLE: Exit.RETRY,
    Reason.STORE_UNAVAILABLE: Exit.RETRY,
    Reason.CREDENTIALS_EXPIRED: Exit.RETRY,
    Reason.CHUNKS_MISSING: Exit.RETRY,
    Reason.DISK_FULL: Exit.RETRY,
    Reason.STALLED: Exit.RETRY,
    Reason.FFMPEG_CRASHED: Exit.RETRY,
    Reason.ENCODE_FAILED: Exit.RETRY,
    Reason.OUTPUT_INVALID: Exit.RETRY,
    Reason.TERMINATED: Exit.TERMINATED,
    Reason.INTERNAL_ERROR: Exit.INTERNAL,
}

_RETRYABLE = (Exit.RETRY, Exit.INTERRUPTED, Exit.TERMINATED)


def exit_for(reason: Reason) -> Exit:
    """The exit code of a failed task."""
    return _EXITS[reason]


@dataclass(frozen=True, slots=True)
class Output:
    """One published result; ``skipped`` where it was there already, of the same settings."""

    profile: str
    uri: str
    key: str
    width: int | None
    height: int | None
    duration_seconds: float | None
    bytes: int
    skipped: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one task, whole or not."""

    input: str
    reason: Reason | None = None
    detail: str | None = None
    #: Of the signal, where one ended the task.
    exit: Exit = Exit.DONE
    input_md5: str | None = None
    input_bytes: int | None = None
    input_duration_seconds: float | None = None
    outputs: tuple[Output, ...] = ()
    #: By stage: fetch, probe, transcode, verify, publish, and total.
    seconds: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        return "done" if self.reason is None else "failed"

    @property
    def retryable(self) -> bool:
        return self.exit in _RETRYABLE

    def as_event(self) -> dict[str, object]:
        """The outcome line's fields, in the order in which people read them."""
        return {
            "event": "transcoder.outcome",
            "outcome": self.word,
            "reason": self.reason,
            "detail": self.detail,
            "exit_code": int(self.exit),
            "retryable": self.retryable,
            "input": self.input,
            "input_md5": self.input_md5,
            "input_bytes": self.input_bytes,
            "input_duration_seconds": self.input_duration_seconds,
            "outputs": [asdict(output) for output in self.outputs],
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
            "warnings": list(self.warnings),
        }
