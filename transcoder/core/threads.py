"""
How many threads ffmpeg may use: the task's share of the machine, pinned.

x264 would else start threads for the whole host, which costs memory that a small task does not
have, and makes other bytes on every other host.  Imports ``errors``.
"""

from collections.abc import Mapping

from transcoder.errors import Reason, TaskError

# What one core offers in Nomad's terms, near enough; the machine's own figure moves with its turbo,
# and the thread count must not.
_MHZ_PER_CORE = 2500
_MOST = 16


def thread_count(asked: int | None, environment: Mapping[str, str], cores: int) -> int:
    """
    Threads by, in this order: what was asked, ``TRANSCODER_THREADS``, the cores or MHz that Nomad
    reserved for the task, the cores that this process may run on.

    Raises TaskError for a setting that is no number from 1 up.
    """
    if asked is not None:
        return min(asked, _MOST)
    told = environment.get("TRANSCODER_THREADS")
    if told:
        if not told.isdigit() or int(told) < 1:
            detail = f"TRANSCODER_THREADS is {told!r}; a whole number from 1 is wanted"
            raise TaskError(Reason.BAD_SETTING, detail)
        return min(int(told), _MOST)
    share = _reserved_cores(environment.get("NOMAD_CPU_CORES", ""))
    share = share or _share_of_mhz(environment.get("NOMAD_CPU_LIMIT", ""))
    return max(1, min(share or cores, cores, _MOST))


def _reserved_cores(text: str) -> int:
    """The number of cores in a list such as ``0-3,7``; 0 where there is none."""
    count = 0
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first.isdigit():
            count += int(last) - int(first) + 1 if last.isdigit() else 1
    return max(0, count)


def _share_of_mhz(text: str) -> int:
    return -(-int(text) // _MHZ_PER_CORE) if text.isdigit() else 0
