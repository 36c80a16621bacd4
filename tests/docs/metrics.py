"""
docs/reference/metrics.md: the autoscaler's by its catalogue, the transcoder's by what its meter
sends.
"""

from dataclasses import dataclass
from typing import Any

from autoscaler.metrics.catalogue import CHECKS, EVENTS, METRICS, prometheus_name
from tests.docs.markdown import GENERATED, code, joined, table
from transcoder.adapters.meter import DogStatsdMeter
from transcoder.core.outcome import Exit, Outcome, Output
from transcoder.core.progress import Standing
from transcoder.errors import Reason

_PREFIX = "autoscaler"

_ABOUT = f"""\
# Metrics

The same samples go to Datadog (DogStatsD, or its API with `datadog: {{api: true}}`) and to
Prometheus at `/metrics`.  `{_PREFIX}` stands for `datadog.prefix`; all have `datadog.tags` too.
A dashboard and monitors are in [tf/datadog](../../tf/datadog), and what to do when one of them
sounds is in the [runbook](../runbook.md).

## Of the autoscaler

A *gauge* is the last value, a *count* what came to pass since the cycle before, and a
*distribution* single values whose percentiles matter (a summary in Prometheus).  They are sent in
each cycle, for each pool; what could not be read is not sent: unknown is not zero."""

_EVENTS = """\
## Events

In Datadog's event stream, unless `datadog.events` is false."""

_CHECKS = """\
## Service checks

Sent with each cycle of each pool, with the tag `pool`."""

_TRANSCODER = """\
## Of the transcoder

Each task sends these as it ends, to the agent that `DD_AGENT_HOST`, `DD_DOGSTATSD_PORT` or
`DD_DOGSTATSD_URL` names; where none of them is set, nothing is sent."""

#: What each of the transcoder's metrics is; the names are those that it sends.
_HELP = {
    "transcoder.jobs": "Tasks that ended, once for each of their profiles; `outcome` is `done` or "
    "`failed`, and `reason` why it failed.",
    "transcoder.seconds": "How long each stage took: `fetch`, `probe`, `transcode`, `verify`, "
    "`publish` and `total`.",
    "transcoder.speed": "Seconds of video for each second of transcoding.",
    "transcoder.bytes_in": "Bytes of inputs that were fetched.",
    "transcoder.bytes_out": "Bytes of results that were published.",
}

_UNITS = {"jobs": "job", "seconds": "second", "bytes_in": "byte", "bytes_out": "byte"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A metric that a client was told to send."""

    name: str
    kind: str
    tags: tuple[str, ...]


def page() -> str:
    """The whole page."""
    return joined(
        [
            GENERATED,
            _ABOUT,
            _of_the_autoscaler(),
            _EVENTS,
            table(
                ("event", "alert type", "tags", "when"),
                [
                    (code(one.name), one.alert_type, _tags(one.tags), one.help)
                    for one in EVENTS.values()
                ],
            ),
            _CHECKS,
            table(
                ("check", "meaning"),
                [(code(f"{_PREFIX}.{one.name}"), one.help) for one in CHECKS.values()],
            ),
            _TRANSCODER,
            table(
                ("name", "kind", "unit", "tags", "meaning"),
                [
                    (
                        code(one.name),
                        one.kind,
                        _UNITS.get(one.name.removeprefix("transcoder."), ""),
                        _tags(one.tags),
                        _HELP[one.name],
                    )
                    for one in sent_by_the_transcoder()
                ],
            ),
        ]
    )


def _of_the_autoscaler() -> str:
    return table(
        ("name", "kind", "unit", "tags", "Prometheus", "meaning"),
        [
            (
                code(f"{_PREFIX}.{one.name}"),
                one.kind,
                one.unit,
                _tags(one.tags),
                code(prometheus_name(one, _PREFIX)),
                one.help,
            )
            for one in METRICS.values()
        ],
    )


def sent_by_the_transcoder() -> tuple[Sent, ...]:
    """What a task that failed and one that ended well send, by name."""
    client = _Recording()
    meter = DogStatsdMeter(("small",), _Silent())
    for outcome in (_DONE, _FAILED):
        meter._send(client, outcome)
    return tuple(
        Sent(name, kind, tuple(sorted(tags))) for (name, kind), tags in client.told.items()
    )


_OUTPUT = Output("small", "s3://b/k", "k", 854, 480, 9.0, 1000, skipped=False)
_DONE = Outcome("i", input_bytes=1, input_duration_seconds=9.0, outputs=(_OUTPUT,),
                seconds={"transcode": 3.0})  # fmt: skip
_FAILED = Outcome("i", reason=Reason.NOT_A_VIDEO, exit=Exit.BAD_INPUT)


class _Recording:
    """In the place of a DogStatsD client: keeps which metrics have which tags."""

    def __init__(self) -> None:
        self.told: dict[tuple[str, str], set[str]] = {}

    def increment(self, name: str, _value: float = 1, tags: list[str] | None = None) -> None:
        self._keep(name, "count", tags)

    def histogram(self, name: str, _value: float, tags: list[str] | None = None) -> None:
        self._keep(name, "histogram", tags)

    def _keep(self, name: str, kind: str, tags: list[str] | None) -> None:
        kept = self.told.setdefault((name, kind), set())
        kept.update(one.partition(":")[0] for one in tags or ())


class _Silent:
    """Nobody is told anything."""

    def event(self, name: str, /, **fields: Any) -> None:
        """Nothing."""

    def progress(self, now: Standing) -> None:
        """Nothing."""


def _tags(tags: tuple[str, ...]) -> str:
    return ", ".join(code(one) for one in tags)
