"""
Tell causes apart by what happened: ffmpeg's messages, a signal, a stall, what the file looks like.

Its exit codes are no help: they are 1 for everything in old versions, 0 for a download cut short,
and 255 after SIGTERM.  Imports ``core.sniff`` and ``errors``.
"""

import re
import signal
from dataclasses import dataclass

from transcoder.core.sniff import Kind, Look
from transcoder.errors import Reason, TaskError

_TOO_LARGE = re.compile(r"Picture size (\d+x\d+) (?:exceeds|is invalid)")
_DAMAGE = re.compile(
    r"corrupt|error while decoding|invalid data found|concealing|error submitting|non-existing",
    re.IGNORECASE,
)
_NOTHING_MADE = re.compile(
    r"received no packets|Output file is empty|Nothing was written|Cannot determine format",
    re.IGNORECASE,
)
_INCAPABLE = re.compile(
    r"(Unknown encoder '[^']*'|No such filter: '[^']*'|Unrecognized option '[^']*'"
    r"|Filter not found|Encoder not found|No such filter)"
)
# Of ffmpeg's exit codes the one that means one thing in all versions: it gave up, as more than two
# of three frames could not be decoded.
_ERROR_RATE_EXCEEDED = 69
_UNKNOWN_CODEC = re.compile(r"Decoder \([^)]*\) not found|no decoder found for", re.IGNORECASE)
_MESSAGE = re.compile(r"^(?:\[[^\]]*\] )*(?:\[(?:panic|fatal|error|warning)\] )?(?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Run:
    """How one run of ffmpeg ended."""

    #: Negative: the signal that ended it, as in ``subprocess``.
    exit_status: int
    #: The last part of stderr.
    errors: str
    frames: int = 0
    #: How far the results reached; None where ffmpeg never said.
    out_seconds: float | None = None
    #: Lines of stderr that tell of damage in the input.
    damaged_count: int = 0
    stalled: bool = False
    #: The input came while it was read, and what came is of no use.
    broken_feed: bool = False
    #: Where sound alone is made or read, nobody counts frames.
    counts_frames: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing came of it."""
        return self.frames == 0 if self.counts_frames else not self.out_seconds


def is_damage(line: str) -> bool:
    """Whether a line of ffmpeg's stderr tells of damage in what it reads."""
    return bool(_DAMAGE.search(line))


def damage(run: Run, *, strict: bool) -> list[str]:
    """What is warned of a damaged input; raises TaskError for one where ``strict`` refuses it."""
    if not run.damaged_count:
        return []
    told = f"ffmpeg told of {run.damaged_count} damages"
    if strict:
        raise TaskError(Reason.INPUT_DAMAGED, f"{told}, and damaged inputs are refused")
    return [f"input_damaged: {told}"]


def refuse_by_look(look: Look) -> None:
    """Raise TaskError for what must not even be opened: files that name other files."""
    if look.kind is Kind.SCRIPT:
        detail = f"the input is {look.words}, which names other files; only videos are read"
        raise TaskError(Reason.FORMAT_NOT_ALLOWED, detail)


def unopened(errors: str, look: Look) -> TaskError:
    """Why a probe could not open a file."""
    if look.kind is Kind.OTHER:
        return TaskError(Reason.NOT_A_VIDEO, f"the input is {look.words}, not a video")
    if "not on whitelist" in errors:
        detail = f"the input is {look.words} of a format that is not allowed"
        return TaskError(Reason.FORMAT_NOT_ALLOWED, detail)
    cause = "moov atom not found" if "moov atom not found" in errors else last_message(errors)
    return TaskError(Reason.UNREADABLE, f"the input looks like {look.words}, but: {cause}")


def too_large(errors: str) -> TaskError | None:
    """The refusal of a picture with too many pixels, where stderr tells of one."""
    found = _TOO_LARGE.search(errors)
    if found is None:
        return None
    return TaskError(Reason.TOO_LARGE, f"the picture of {found[1]} is larger than is decoded")


def encode_failure(run: Run) -> TaskError | None:
    """Why an encode failed, or None where ffmpeg ended well and made something."""
    if run.stalled:
        return TaskError(Reason.STALLED, "ffmpeg made no progress and was stopped")
    if run.exit_status < 0:
        return _by_signal(-run.exit_status)
    if "No space left on device" in run.errors:
        return TaskError(Reason.DISK_FULL, "the disk is full: give the scratch space more room")
    if run.exit_status != 0:
        return too_large(run.errors) or _by_message(run)
    if run.is_empty:
        return TaskError(Reason.UNREADABLE, f"nothing was decoded: {last_message(run.errors)}")
    return None


def _by_signal(number: int) -> TaskError:
    name = signal.Signals(number).name
    hint = " (out of memory?)" if number == signal.SIGKILL else ""
    return TaskError(Reason.FFMPEG_CRASHED, f"ffmpeg was ended by {name}{hint}")


def _by_message(run: Run) -> TaskError:
    lacking = _INCAPABLE.search(run.errors)
    if lacking:
        detail = f"this ffmpeg is too old or too small: {lacking[1]}; 5.1 with libx264 is wanted"
        return TaskError(Reason.FFMPEG_INCAPABLE, detail)
    if _UNKNOWN_CODEC.search(run.errors):
        detail = f"this ffmpeg cannot decode the input: {last_message(run.errors)}"
        return TaskError(Reason.UNSUPPORTED_INPUT, detail)
    if run.exit_status == _ERROR_RATE_EXCEEDED and run.damaged_count:
        detail = "most of the input cannot be decoded: it is damaged, or encrypted"
        return TaskError(Reason.INPUT_DAMAGED, detail)
    if run.is_empty and (run.damaged_count or _NOTHING_MADE.search(run.errors)):
        return TaskError(Reason.UNREADABLE, f"nothing was decoded: {last_message(run.errors)}")
    detail = f"ffmpeg exited {run.exit_status}: {last_message(run.errors)}"
    return TaskError(Reason.ENCODE_FAILED, detail)


def last_message(errors: str) -> str:
    """The last thing that ffmpeg said, without its prefixes."""
    # SVT-AV1 tells of itself whatever happens.
    lines = [line.strip() for line in errors.splitlines() if not line.startswith("Svt[info]")]
    lines = [line for line in lines if line]
    if not lines:
        return "ffmpeg said nothing"
    found = _MESSAGE.match(lines[-1])
    text = found["text"] if found else lines[-1]
    return text if len(text) <= 300 else f"{text[:300]}…"
