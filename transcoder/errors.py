"""
What can go wrong, drawn once::

    TranscoderError
    ├── TaskError(reason, detail)          a task's end; its reason decides exit code and retry
    ├── TransientError(detail, …)          one attempt failed; the same call may succeed later
    ├── BrokenFeedError(detail)            bytes given while an input came are of no use any more
    ├── ProfileError(problems)             profiles.yaml, or a name that it does not define
    ├── DispatchError(detail, exit_code)   dispatching, or looking at children, stopped
    └── LogUnreadable(detail)              what a child's task wrote cannot be had
    Interrupted (BaseException)            SIGTERM or SIGINT: stop at once, leave nothing behind

``Reason`` holds the stable codes that the outcome line, the metrics and the tests compare.
Imports the standard library only.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a task failed: one code for each cause that a person would mend differently."""

    # The input is not what a video should be: another attempt gives the same end.
    NO_VIDEO_STREAM = "no_video_stream"
    NOT_A_VIDEO = "not_a_video"
    EMPTY_INPUT = "empty_input"
    INPUT_TRUNCATED = "input_truncated"
    UNREADABLE = "unreadable"
    FORMAT_NOT_ALLOWED = "format_not_allowed"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    INPUT_DAMAGED = "input_damaged"
    BLOCKED_ADDRESS = "blocked_address"
    UNSUPPORTED_INPUT = "unsupported_input"
    # There is no input to read.
    MISSING_INPUT = "missing_input"
    INPUT_FORBIDDEN = "input_forbidden"
    # This installation or its settings are at fault.
    NO_BUCKET = "no_bucket"
    NO_SUCH_BUCKET = "no_such_bucket"
    OUTPUT_FORBIDDEN = "output_forbidden"
    NO_CREDENTIALS = "no_credentials"
    UNKNOWN_PROFILE = "unknown_profile"
    NO_FFMPEG = "no_ffmpeg"
    FFMPEG_INCAPABLE = "ffmpeg_incapable"
    BAD_SETTING = "bad_setting"
    # The world was in the way: the same task may well succeed later.
    SOURCE_UNAVAILABLE = "source_unavailable"
    STORE_UNAVAILABLE = "store_unavailable"
    CREDENTIALS_EXPIRED = "credentials_expired"
    CHUNKS_MISSING = "chunks_missing"
    DISK_FULL = "disk_full"
    STALLED = "stalled"
    FFMPEG_CRASHED = "ffmpeg_crashed"
    ENCODE_FAILED = "encode_failed"
    OUTPUT_INVALID = "output_invalid"
    TERMINATED = "terminated"
    # A bug of ours.
    INTERNAL_ERROR = "internal_error"


class TranscoderError(Exception):
    """Anything that this package raises on purpose."""


class TaskError(TranscoderError):
    """A task cannot go on: why (a code), and one clause for people that names what and where."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class TransientError(TranscoderError):
    """One attempt failed in a way that passes; ``retry_after_seconds`` is what the server asked."""

    def __init__(self, detail: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


class BrokenFeedError(TranscoderError):
    """What was read of an input while it came is not, or will never be, the beginning of it."""


class ProfileError(TranscoderError):
    """Everything that is wrong with profiles, each problem with its place and its mend."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class DispatchError(TranscoderError):
    """Dispatching cannot go on; ``exit_code`` tells the caller's fault from the server's."""

    def __init__(self, detail: str, exit_code: int) -> None:
        super().__init__(detail)
        self.detail = detail
        self.exit_code = exit_code


class LogUnreadable(TranscoderError):
    """Why what a child's task wrote cannot be had: one clause for people."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Interrupted(BaseException):
    """A signal asked us to stop.  Like KeyboardInterrupt: no ``except Exception`` may keep it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number
