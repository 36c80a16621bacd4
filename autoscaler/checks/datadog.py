"""
Whether anybody takes the metrics: an agent by DogStatsD, or Datadog's API.

Imports config, requests and the finding beside it.
"""

import socket
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import requests

from autoscaler.checks.finding import DATADOG, About, Finding
from autoscaler.config import host_and_port, is_loopback

_ABOUT = About(DATADOG)
_UNIX = "unix://"
_SITE = "datadoghq.com"
_TIMEOUT_SECONDS = 10.0
#: On one machine word comes back at once that nobody listens.
_ECHO_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class StatsdFacts:
    """Where DogStatsD should listen."""

    statsd: str
    state: Literal["listening", "silent", "untold", "broken"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ApiFacts:
    """Datadog's API; ``status`` is None where no answer came."""

    url: str
    key_given: bool
    status: int | None = None
    detail: str = ""


def read_statsd(statsd: str) -> StatsdFacts:
    """Nothing is sent but an empty datagram, which an agent takes no notice of."""
    try:
        if statsd.startswith(_UNIX):
            return _unix(statsd, statsd.removeprefix(_UNIX))
        return _udp(statsd)
    except OSError as error:
        return StatsdFacts(statsd, "broken", error.strerror or str(error))


def _unix(statsd: str, path: str) -> StatsdFacts:
    if not stat.S_ISSOCK(Path(path).stat().st_mode):
        return StatsdFacts(statsd, "broken", "is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return StatsdFacts(statsd, "silent")
    return StatsdFacts(statsd, "listening")


def _udp(statsd: str) -> StatsdFacts:
    host, port = host_and_port(statsd)
    ((family, kind, protocol, _, address), *_) = socket.getaddrinfo(
        host, port, type=socket.SOCK_DGRAM
    )
    if not is_loopback(str(address[0])):
        return StatsdFacts(statsd, "untold")
    with socket.socket(family, kind, protocol) as probe:
        probe.settimeout(_ECHO_SECONDS)
        probe.connect(address)
        probe.send(b"")
        try:
            probe.recv(1)
        except ConnectionRefusedError:
            return StatsdFacts(statsd, "silent")
        except TimeoutError:
            return StatsdFacts(statsd, "listening")
    return StatsdFacts(statsd, "listening")


def api_url(site: str | None, environment: Mapping[str, str]) -> str:
    """As the daemon has it."""
    return f"https://api.{site or environment.get('DD_SITE') or _SITE}"


def read_api(url: str, key: str | None) -> ApiFacts:
    """Ask whether the key is known; it is never told."""
    if key is None:
        return ApiFacts(url, key_given=False)
    try:
        reply = requests.get(
            f"{url}/api/v1/validate",
            headers={"DD-API-KEY": key},
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return ApiFacts(url, key_given=True, detail=_cause(error).replace(key, "…"))
    return ApiFacts(url, key_given=True, status=reply.status_code)


def _cause(error: BaseException) -> str:
    root = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    return f"{type(root).__name__}: {root}"[:256]


def judge_statsd(facts: StatsdFacts | None) -> Iterator[Finding]:
    """None: metrics are sent nowhere by DogStatsD."""
    if facts is None:
        yield _ABOUT.ok("datadog.statsd", "no DogStatsD (datadog.statsd is null)")
        return
    where = f"datadog.statsd {facts.statsd}"
    if facts.state == "listening":
        yield _ABOUT.ok("datadog.statsd", f"DogStatsD listens at {facts.statsd}")
    elif facts.state == "untold":
        says = f"{where}: whether an agent listens; UDP to another machine tells nothing"
        yield _ABOUT.unknown("datadog.statsd", says, "look for the metrics in Datadog")
    else:
        says = f"{where}: {facts.detail or 'nobody listens'}"
        mend = (
            "start the Datadog agent there, mend datadog.statsd, or set it to null and "
            "datadog.api to true"
        )
        yield _ABOUT.wrong("datadog.statsd", says, mend)


def judge_api(facts: ApiFacts | None) -> Iterator[Finding]:
    """None: the API is not to be used."""
    if facts is None:
        return
    if not facts.key_given:
        says = "datadog.api is true, and there is no DD_API_KEY here"
        yield _ABOUT.wrong(
            "datadog.api_key",
            says,
            "set DD_API_KEY, or give the unit the credential datadog-api-key",
        )
    elif facts.status == requests.codes.ok:
        yield _ABOUT.ok("datadog.api_key", f"{facts.url} knows the API key")
    elif facts.status == requests.codes.forbidden:
        says = f"{facts.url} does not know the API key"
        mend = "give DD_API_KEY a key of that site, or mend datadog.site (or DD_SITE)"
        yield _ABOUT.wrong("datadog.api_key", says, mend)
    else:
        answered = facts.detail if facts.status is None else f"answers {facts.status}"
        mend = "let this machine reach it, or mend datadog.site (or DD_SITE)"
        yield _ABOUT.wrong("datadog.api", f"{facts.url}: {answered}", mend)
