"""
Set structlog up: JSON lines, or a console on a terminal; always on standard error.

Whatever is logged, by us or by a library, with its traceback, goes through the redaction; and a
trouble that comes with every cycle shows its traceback once.
Imports redaction, structlog and the standard library only.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from autoscaler.redaction import Redactor

Format = Literal["auto", "console", "json"]
Level = Literal["debug", "info", "warning", "error"]

_log = structlog.get_logger()

#: Without the frames' local variables: a token could be among them, and they are many.  And few
#: frames: journald cuts a line at 48 KiB, which would then be no JSON any more.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=16)
)
#: The same trouble shows its traceback again after so long.
_TRACEBACK_EVERY_SECONDS = 600.0
_TRACEBACKS_KEPT_MAX = 64
#: What journald takes off the line again, for ``journalctl -p warning``: sd-daemon(3).
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}


def configure(
    form: Format, level: Level, stream: TextIO | None = None, *, secrets: Iterable[str] = ()
) -> None:
    """
    Send every log line, our own and the libraries', to ``stream`` in one form.

    ``secrets``: values that are masked wherever they appear.
    """
    stream = cast("TextIO", Unfailing(stream or sys.stderr))
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderers: list[Processor] = [
        _TRACEBACKS if as_json else structlog.processors.format_exc_info,
        _redaction(Redactor(secrets)),
        _renderer(as_json=as_json, stream=stream),
    ]
    threshold = getattr(logging, level.upper())
    structlog.configure(
        processors=[*shared, FewTracebacks(time.monotonic), *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    # Libraries speak up only for what someone should look at, and what these warn of we report.
    for chatty in ("urllib3", "datadog.dogstatsd", "apscheduler", "botocore"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


class Unfailing:
    """
    A stream that loses what cannot be written rather than raise: a log that has no room, or nobody
    who reads it, must not break off what it tells of.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """The whole text, or nothing of it."""
        # ValueError: the stream is closed.
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As far as it can be."""
        with suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        """Whether people look on."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Raises as the stream does."""
        return self._stream.fileno()


def log_what_nobody_caught() -> None:
    """From now on what ends a thread, or the process, is a log line and not a raw traceback."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


class FewTracebacks:
    """
    Drops a line whose traceback was shown a short while ago, and counts it.

    A defect that breaks every cycle would else fill the log with the same page, several a second
    in a storm.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        #: When each was shown last, and how often it was dropped since.
        self._shown: dict[tuple[object, ...], tuple[float, int]] = {}

    def __call__(self, _logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
        trouble = _trouble(fields)
        if trouble is None:
            return fields
        now = self._monotonic()
        with self._lock:
            shown_at, dropped = self._shown.get(trouble, (float("-inf"), 0))
            if now - shown_at < _TRACEBACK_EVERY_SECONDS:
                self._shown[trouble] = (shown_at, dropped + 1)
                raise structlog.DropEvent
            if len(self._shown) >= _TRACEBACKS_KEPT_MAX:
                self._shown.clear()
            self._shown[trouble] = (now, 0)
        if dropped:
            fields["not_shown_count"] = dropped
        return fields


def _trouble(fields: Mapping[str, object]) -> tuple[object, ...] | None:
    """What makes it the same as another: the event, its pool, and where which error was raised."""
    found = fields.get("exc_info")
    error = sys.exc_info()[1] if found is True else found
    if isinstance(error, tuple):
        error = error[1]
    if not isinstance(error, BaseException):
        return None
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace is not None else ()
    return (fields.get("event"), fields.get("pool"), type(error), *place)


def _redaction(redactor: Redactor) -> Processor:
    def redact(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
        return redactor.fields(fields)

    return redact


def _renderer(*, as_json: bool, stream: TextIO) -> Processor:
    render: Callable[[WrappedLogger, str, EventDict], str | bytes] = (
        structlog.processors.JSONRenderer()
        if as_json
        # Tracebacks come as text by now: the prettier ones would show local variables.
        else structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    if not _is_journal(stream, os.environ.get("JOURNAL_STREAM", "")):
        return render

    def with_priority(logger: WrappedLogger, method: str, fields: EventDict) -> str:
        priority = _PRIORITIES.get(fields.get("level", ""), _PRIORITIES["info"])
        return f"<{priority}>{render(logger, method, fields)!s}"

    return with_priority


def _is_journal(stream: TextIO, named: str) -> bool:
    """Whether it is the very stream to the journal that systemd gave: ``DEVICE:INODE``."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False  # No file, as in tests; or it is closed.
    return named == f"{found.st_dev}:{found.st_ino}"


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _log.critical("daemon.crashed", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or issubclass(args.exc_type, SystemExit):
        return
    thread = args.thread.name if args.thread is not None else None
    _log.critical("thread.crashed", thread=thread, exc_info=args.exc_value)
