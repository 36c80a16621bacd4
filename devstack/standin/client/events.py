"""
Word what happens to a task, as Nomad's client does.

Pure.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devstack.standin.model import Json

#: The ordinary reason for a restart, which Nomad does not mention.
WITHIN_POLICY = "Restart within policy"

_BLANK: Json = {
    "Details": {},
    "DiskLimit": 0,
    "DisplayMessage": "",
    "DownloadError": "",
    "DriverError": "",
    "DriverMessage": "",
    "ExitCode": 0,
    "FailedSibling": "",
    "FailsTask": False,
    "GenericSource": "",
    "KillError": "",
    "KillReason": "",
    "KillTimeout": 0,
    "Message": "",
    "RestartReason": "",
    "SetupError": "",
    "Signal": 0,
    "StartDelay": 0,
    "TaskSignal": "",
    "TaskSignalReason": "",
    "Time": 0,
    "Type": "",
    "ValidationError": "",
    "VaultError": "",
}


def _event(kind: str, now: int, display: str, details: Json, **fields: Any) -> Json:
    return {
        **_BLANK,
        "Type": kind,
        "Time": now,
        "DisplayMessage": display,
        "Details": details,
        **fields,
    }


def received(now: int) -> Json:
    return _event("Received", now, "Task received by client", {})


def setup(now: int) -> Json:
    message = "Building Task Directory"
    return _event("Task Setup", now, message, {"message": message}, Message=message)


def started(now: int) -> Json:
    return _event("Started", now, "Task started by client", {})


def driver_failure(now: int, error: str) -> Json:
    details = {"driver_error": error}
    return _event("Driver Failure", now, error, details, DriverError=error)


def terminated(now: int, exit_code: int, signal: int) -> Json:
    """A task's end; ``exit_code`` is 0 where a ``signal`` ended it."""
    details = {"oom_killed": "false", "exit_code": str(exit_code), "signal": str(signal)}
    display = f"Exit Code: {exit_code}" + (f", Signal: {signal}" if signal else "")
    return _event("Terminated", now, display, details, ExitCode=exit_code, Signal=signal)


def restarting(now: int, delay: int, reason: str) -> Json:
    details = {"restart_reason": reason, "start_delay": str(delay)}
    display = f"Task restarting in {_go_duration(delay)}"
    if reason != WITHIN_POLICY:
        display = f"{reason} - {display}"
    return _event("Restarting", now, display, details, StartDelay=delay, RestartReason=reason)


def not_restarting(now: int, reason: str) -> Json:
    details = {"restart_reason": reason, "fails_task": "true"}
    return _event("Not Restarting", now, reason, details, RestartReason=reason, FailsTask=True)


def killing(now: int, timeout: int) -> Json:
    display = f"Sent interrupt. Waiting {_go_duration(timeout)} before force killing"
    return _event(
        "Killing", now, display, {"kill_timeout": _go_duration(timeout)}, KillTimeout=timeout
    )


def killed(now: int) -> Json:
    return _event("Killed", now, "Task successfully killed", {})


def sibling_failed(now: int, sibling: str) -> Json:
    display = f'Task\'s sibling "{sibling}" failed'
    return _event(
        "Sibling Task Failed", now, display, {"failed_sibling": sibling}, FailedSibling=sibling
    )


def _go_duration(nanoseconds: int) -> str:
    """A duration as Go writes it, for those that occur: ``500ms``, ``15s``, ``1.5s``, ``1m30s``."""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < 1_000_000_000:
        return f"{nanoseconds / 1e6:.9g}ms"
    minutes, rest = divmod(nanoseconds, 60_000_000_000)
    seconds = f"{rest / 1e9:.9g}s"
    if not minutes:
        return seconds
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}"
