"""
One request to Datadog's API: payloads through the ``datadog`` package, and what came of them.

The package keeps its key, its host and its HTTP client in globals of the process, hides answers
that are no JSON, and after three time-outs refuses to send for five minutes.  So it is given an
HTTP client of ours: one try, a time limit, TLS verified, no redirect followed (the key would go
along), and the status told.  Imports datadog, requests, datadog_backlog, metrics and autoscaler.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import datadog
import requests
from datadog.api.api_client import APIClient
from datadog.util.format import normalize_tags

from autoscaler import __version__
from autoscaler.adapters.datadog_backlog import DatedCheck, DatedEvent, Item, Lane, Point
from autoscaler.metrics.catalogue import METRICS, prefixed
from autoscaler.metrics.measured import Tags, tag_texts

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 5.0
#: The API's limits, in characters.
_TEXT_MAX = 4000
_KEY_MAX = 100
_TITLE_MAX = 500
_MESSAGE_MAX = 500
#: Statuses of a service check.
_OK, _CRITICAL = 0, 2
#: What of the package's headers goes out: an application key that happens to be set does not.
_HEADERS = frozenset({"DD-API-KEY", "Content-Type", "Content-Encoding"})


class NotTaken(Exception):
    """The API did not take a request; ``status`` is None where there was no answer."""

    def __init__(
        self, detail: str, status: int | None = None, retry_after_seconds: float = 0.0
    ) -> None:
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        super().__init__(detail)

    @property
    def wrong_key(self) -> bool:
        """Whether it is the key that was refused."""
        return self.status in (401, 403)

    @property
    def too_large(self) -> bool:
        """Whether less at once would be taken."""
        return self.status == 413

    @property
    def hopeless(self) -> bool:
        """Whether the very same request would be refused for ever."""
        return self.status in (400, 422)


@dataclass(frozen=True, slots=True)
class ApiConnection:
    """Whose API, with which key, and how our metrics are named."""

    #: Such as ``https://api.datadoghq.com``.
    url: str
    key: str = field(repr=False)
    #: The machine that the figures are said to come from.
    host: str
    prefix: str
    tags: tuple[str, ...]


class Intake:
    """Sends one batch at a time, for one thread; the process has one that is in use."""

    def __init__(self, connection: ApiConnection, interval_seconds: int) -> None:
        """Counts are those of ``interval_seconds``."""
        self._connection = connection
        self._interval_seconds = interval_seconds
        self._transport = _Transport()
        # Given a host's name, the package does not ask the clouds' metadata services for one.
        datadog.initialize(
            api_key=connection.key,
            api_host=connection.url,
            host_name=connection.host,
            hostname_from_config=False,
            mute=False,
        )
        # Where the package would put the client that it finds by itself; it offers no other way.
        APIClient._http_client = self._transport  # noqa: SLF001

    def send(self, lane: Lane, items: Sequence[Item]) -> None:
        """One request of what belongs to one lane.  Raises ``NotTaken``."""
        points = [one for one in items if isinstance(one, Point)]
        if lane == "series":
            series = self._grouped(points, lambda point: point.values[0])
            _submit(datadog.api.Metric.send, metrics=series, compress_payload=True)
        elif lane == "distributions":
            series = self._grouped(points, lambda point: list(point.values))
            _submit(datadog.api.Distribution.send, distributions=series, compress_payload=True)
        for item in items:
            if isinstance(item, DatedEvent):
                self._event(item)
            elif isinstance(item, DatedCheck):
                self._check(item)

    def close(self) -> None:
        """Let the connection go."""
        self._transport.close()

    def _grouped(
        self, points: Sequence[Point], value: Callable[[Point], object]
    ) -> list[dict[str, object]]:
        """Those of one metric with one set of tags in one entry, oldest first."""
        found: dict[tuple[str, Tags], dict[str, Any]] = {}
        for point in points:
            entry = found.get((point.name, point.tags))
            if entry is None:
                entry = self._entry(point)
                found[point.name, point.tags] = entry
            entry["points"].append((point.at, value(point)))
        return list(found.values())

    def _entry(self, point: Point) -> dict[str, Any]:
        kind = METRICS[point.name].kind
        entry: dict[str, Any] = {
            "metric": self._name(point.name),
            "type": kind,
            "tags": self._tags(point.tags),
            "points": [],
        }
        if kind == "count":
            entry["interval"] = self._interval_seconds
        return entry

    def _event(self, dated: DatedEvent) -> None:
        event = dated.event
        _submit(
            datadog.api.Event.create,
            title=event.title[:_TITLE_MAX],
            text=event.text[:_TEXT_MAX],
            tags=self._tags(event.tags),
            aggregation_key=event.key[:_KEY_MAX],
            alert_type=event.alert_type,
            date_happened=dated.at,
        )

    def _check(self, dated: DatedCheck) -> None:
        check = dated.check
        _submit(
            datadog.api.ServiceCheck.check,
            check=self._name(check.name),
            host_name=self._connection.host,
            status=_OK if check.ok else _CRITICAL,
            timestamp=dated.at,
            message=check.message[:_MESSAGE_MAX],
            tags=self._tags(check.tags),
        )

    def _name(self, name: str) -> str:
        return prefixed(name, self._connection.prefix)

    def _tags(self, tags: Tags) -> list[str]:
        return list(normalize_tags([*tag_texts(tags), *self._connection.tags]))


def _submit(call: Callable[..., object], **arguments: object) -> None:
    try:
        call(**arguments)
    except datadog.api.exceptions.DatadogException as error:
        raise NotTaken(f"{type(error).__name__}: {error}") from error


class _Transport:
    """The package's port for an HTTP client."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def request(
        self,
        *,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        data: bytes | str | None,
        **_: object,
    ) -> "_Taken":
        """Try once.  Raises ``NotTaken``."""
        kept = {name: value for name, value in headers.items() if name in _HEADERS}
        kept["User-Agent"] = f"nomad-queue-autoscaler/{__version__}"
        try:
            answer = self._session.request(
                method,
                url,
                headers=kept,
                params=params,
                data=data,
                timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise NotTaken(_cause(error)) from error
        if answer.status_code >= 300:
            detail = f"it answers {answer.status_code} {answer.reason}"
            raise NotTaken(detail, answer.status_code, _retry_after(answer.headers))
        return _Taken(answer.status_code)

    def close(self) -> None:
        self._session.close()


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the package reads of an answer; of an empty one it makes nothing."""

    status_code: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def _cause(error: BaseException) -> str:
    """Its own words, without the layers of libraries around it."""
    if isinstance(error, requests.Timeout):
        return f"no answer within {_ANSWER_SECONDS:g} s"
    while error.__context__ is not None:
        error = error.__context__
    return f"{type(error).__name__}: {error}"[:200]


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the answer asks us to wait; 0 where it does not, or not in seconds."""
    for name in ("Retry-After", "X-RateLimit-Reset"):
        given = headers.get(name, "")
        if given.isascii() and given.isdigit():
            return float(given)
    return 0.0
