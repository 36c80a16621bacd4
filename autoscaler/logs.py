"""
Set structlog up: JSON lines, or a console on a terminal; always on standard error.

Imports structlog and the standard library only.
"""

import logging
import sys
from typing import Literal, TextIO

import structlog

Format = Literal["auto", "console", "json"]
Level = Literal["debug", "info", "warning", "error"]


#: Without the frames' local variables: a token could be among them, and they are many.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure(form: Format, level: Level, stream: TextIO | None = None) -> None:
    """Send every log line, our own and the libraries', to ``stream`` in one form."""
    stream = stream or sys.stderr
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderers: list[structlog.typing.Processor] = (
        [_TRACEBACKS, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    )
    threshold = getattr(logging, level.upper())
    structlog.configure(
        processors=[*shared, *renderers],
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
