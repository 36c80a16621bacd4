"""
From YAML and the environment to one frozen ``Config``, or a ``ConfigError`` with every problem.

Unknown keys are refused and nothing is adjusted in silence.  The environment is honoured as
Nomad's and AWS's own tools do; secrets come from it, or from files, never from the YAML.
Imports config_places, core.settings, credentials, errors, logs, overrides, schedules, yaml and
pydantic.
"""

import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import TypeAdapter, ValidationError

from autoscaler.config_places import SET, lines_of, placed, repeated_keys
from autoscaler.core.settings import PoolSettings, problems
from autoscaler.credentials import secret_path
from autoscaler.errors import ConfigError
from autoscaler.logs import Format, Level
from autoscaler.overrides import Override, put
from autoscaler.schedules import schedule_problems

_STRICT: dict[str, Any] = {"extra": "forbid"}

_PORT_MAX = 65535
#: A sixth of it bounds a call to S3; for as long as it the pools may be without a leader.
_TTL_MIN, _TTL_MAX = timedelta(seconds=5), timedelta(minutes=10)

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|[smhd]))+")
#: Longer ones would lead beyond the calendar.
_DURATION_MAX = timedelta(days=3650)
_DURATION_PART = re.compile(r"([0-9.]+)(ms|[smhd])")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """How and how much is logged."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    format: Format = "auto"
    level: Level = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class NomadSettings:
    """Where Nomad is; what is null comes from the environment that the nomad command reads."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    address: str | None = None
    region: str | None = None
    namespace: str | None = None
    token_file: str | None = None
    ca_cert: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings:
    """Which region; credentials come as for every AWS tool."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    region: str
    endpoint_url: str | None = None
    #: The URL of an SQS queue that EventBridge sends the instances' events to; null: none.
    events_queue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatadogSettings:
    """Where metrics, events and service checks go."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    #: Where DogStatsD listens, ``HOST:PORT`` or ``unix:///PATH``; null: nowhere.
    statsd: str | None = "127.0.0.1:8125"
    #: Whether to send over HTTP, with ``DD_API_KEY``, where no agent runs.
    api: bool = False
    #: Whose API that is; null: ``DD_SITE``, else datadoghq.com.
    site: str | None = None
    prefix: str = "autoscaler"
    tags: tuple[str, ...] = ()
    events: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Where the status page, the metrics for Prometheus and the API are served."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    #: ``HOST:PORT``; null: nowhere.
    listen: str | None = "127.0.0.1:9646"
    #: What those who ask must show; may be left out on loopback only.
    token_file: str | None = None
    #: PEM files: TLS where both are given.
    cert: str | None = None
    key: str | None = None
    #: Names by which it may be asked for, besides those of ``listen`` and of loopback.
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSettings:
    """By which of several daemons for the same pools one acts, and the others stand by."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    #: ``s3://BUCKET/KEY``: an object of the lock's own; null: no lock.
    s3: str | None = None
    #: How long the lead lasts without being renewed.
    ttl: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the daemon is told."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    interval: timedelta = timedelta(seconds=10)
    #: Where the journal is kept; None: nowhere.
    state_dir: str | None = None
    log: LogSettings = field(default_factory=LogSettings)
    nomad: NomadSettings = field(default_factory=NomadSettings)
    aws: AwsSettings
    datadog: DatadogSettings = field(default_factory=DatadogSettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    lock: LockSettings = field(default_factory=LockSettings)
    pools: tuple[PoolSettings, ...]


def load(path: Path, environment: Mapping[str, str], overrides: Sequence[Override] = ()) -> Config:
    """
    Read a file; raises ``ConfigError`` that names every problem with its place.

    Files of secrets that it names without their directory are found: see ``credentials``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), (f"{error.strerror}",)) from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), (f"is no UTF-8 text: {error}",)) from error
    config = parse(text, environment, source=str(path), overrides=overrides)
    return _with_secrets_found(config, path.parent, environment)


def _with_secrets_found(config: Config, beside: Path, environment: Mapping[str, str]) -> Config:
    def found(file: str | None) -> str | None:
        return None if file is None else secret_path(file, environment, beside)

    return replace(
        config,
        nomad=replace(config.nomad, token_file=found(config.nomad.token_file)),
        http=replace(config.http, token_file=found(config.http.token_file)),
    )


def parse(
    text: str,
    environment: Mapping[str, str],
    *,
    source: str = "configuration",
    overrides: Sequence[Override] = (),
) -> Config:
    """
    Parse YAML, with what is to stand in it instead.

    Raises ``ConfigError`` that names every problem with its path and line.
    """
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(source, (f"is no YAML: {' '.join(str(error).split())}",)) from error
    if not isinstance(data, dict):
        raise ConfigError(source, ("is empty; start from config.example.yaml",))
    lines, found = dict(lines_of(tree)), list(repeated_keys(tree))
    for override in overrides:
        found.extend(_overridden(data, override, lines))
        source += f" with --set {override.path}"
    data = _with_durations(data, Config, "", found)
    try:
        config = TypeAdapter(Config).validate_python(data)
    except ValidationError as error:
        found.extend(_problem(one) for one in error.errors(include_url=False) if not _echoes(one))
        found.extend(_of_pools(_sound_pools(data)))
        raise ConfigError(source, placed(found, lines)) from error
    found.extend(_of_pools(dict(enumerate(config.pools))))
    found.extend(_of_the_whole(config))
    if found:
        raise ConfigError(source, placed(found, lines))
    return replace(
        config,
        nomad=_with_environment(config.nomad, environment),
        state_dir=config.state_dir or systemd_state_dir(environment),
    )


def _overridden(data: Any, override: Override, lines: dict[str, int]) -> Iterator[str]:
    """Put it in its place; from now on that is said to be there, and not in a line."""
    for path in [one for one in lines if f"{one}.".startswith(f"{override.path}.")]:
        del lines[path]
    above = override.path
    while above and above not in lines:
        lines[above] = SET
        above = above.rpartition(".")[0]
    problem = put(data, override)
    if problem is not None:
        yield problem


def parse_duration(text: str) -> timedelta:
    """``90s``, ``1m30s``, ``500ms``, ``2h``, ``1d``.  Raises ``ValueError``."""
    if not _DURATION.fullmatch(text):
        message = f"{text!r} is no duration; write a number and a unit, such as 30s, 1m30s or 2h"
        raise ValueError(message)
    parts = _DURATION_PART.findall(text)
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds > _DURATION_MAX.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def parse_instant(text: str) -> datetime:
    """``2026-03-01T12:00Z``; in UTC where no zone is named.  Raises ``ValueError``."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _sound_pools(data: Mapping[str, Any]) -> dict[int, PoolSettings]:
    """The pools that can be read by themselves, by place, so that their rules are checked too."""
    pools = data.get("pools")
    sound = {}
    for index, one in enumerate(pools if isinstance(pools, list) else ()):
        with suppress(ValidationError):
            sound[index] = TypeAdapter(PoolSettings).validate_python(one)
    return sound


def _of_pools(pools: Mapping[int, PoolSettings]) -> Iterator[str]:
    yield from problems(pools)
    for index, pool in pools.items():
        for place, schedule in enumerate(pool.schedules):
            for problem in schedule_problems(schedule):
                yield f"pools.{index}.schedules.{place}.{problem}"


def _of_the_whole(config: Config) -> Iterator[str]:
    if config.interval < timedelta(seconds=1):
        yield "interval: is below 1s"
    if config.nomad.timeout < timedelta(seconds=1):
        yield "nomad.timeout: is below 1s"
    if not config.pools:
        yield "pools: is empty; name at least one"
    if (config.nomad.client_cert is None) != (config.nomad.client_key is None):
        yield "nomad: client_cert and client_key go together"
    address = config.nomad.address
    if address is not None and not address.startswith(("http://", "https://")):
        yield f"nomad.address: {address!r} is no URL; write http://HOST:4646 or https://HOST:4646"
    queue = config.aws.events_queue
    if queue is not None and not queue.startswith(("http://", "https://")):
        yield f"aws.events_queue: {queue!r} is no URL; write https://sqs.REGION.amazonaws.com/…"
    statsd = config.datadog.statsd
    if statsd is not None and not re.fullmatch(r"unix:///.+|[^:/]+:\d{1,5}", statsd):
        yield f"datadog.statsd: {statsd!r} is neither HOST:PORT nor unix:///PATH"
    yield from _of_http(config.http)
    yield from _of_lock(config.lock)


def _of_lock(lock: LockSettings) -> Iterator[str]:
    if lock.s3 is not None and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+/.*[^/]", lock.s3):
        yield f"lock.s3: {lock.s3!r} names no object; write s3://BUCKET/KEY"
    if not _TTL_MIN <= lock.ttl <= _TTL_MAX:
        yield "lock.ttl: is not between 5s and 10m"


def _of_http(http: HttpSettings) -> Iterator[str]:
    if (http.cert is None) != (http.key is None):
        yield "http: cert and key go together"
    if http.listen is None:
        return
    try:
        host, _ = host_and_port(http.listen)
    except ValueError as error:
        yield f"http.listen: {error}"
        return
    if not is_loopback(host) and http.token_file is None:
        yield f"http.token_file: is missing; {host} is not loopback, so who asks must show a token"


def host_and_port(listen: str) -> tuple[str, int]:
    """``127.0.0.1:9646`` or ``[::1]:9646``, in two.  Raises ``ValueError``."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:]+)\]|([^:/\s]+)):(\d{1,5})", listen)
    if found is None or int(found[3]) > _PORT_MAX:
        raise ValueError(f"{listen!r} is no HOST:PORT, such as 127.0.0.1:9646 or [::1]:9646")
    return found[1] or found[2], int(found[3])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it; a name other than localhost never counts as such."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _with_environment(nomad: NomadSettings, environment: Mapping[str, str]) -> NomadSettings:
    """The file first, then what the nomad command would read, then Nomad's own defaults."""

    def either(ours: str | None, variable: str, default: str | None = None) -> str | None:
        return ours or environment.get(variable) or default

    return replace(
        nomad,
        address=either(nomad.address, "NOMAD_ADDR", "http://127.0.0.1:4646"),
        region=either(nomad.region, "NOMAD_REGION"),
        namespace=either(nomad.namespace, "NOMAD_NAMESPACE", "default"),
        ca_cert=either(nomad.ca_cert, "NOMAD_CACERT"),
        client_cert=either(nomad.client_cert, "NOMAD_CLIENT_CERT"),
        client_key=either(nomad.client_key, "NOMAD_CLIENT_KEY"),
    )


def systemd_state_dir(environment: Mapping[str, str]) -> str | None:
    """The first directory of the unit's ``StateDirectory=``, as systemd tells it."""
    return environment.get("STATE_DIRECTORY", "").partition(":")[0] or None


def _with_durations(data: Any, kind: Any, path: str, found: list[str]) -> Any:
    """Texts where the settings want durations, turned into durations."""
    inner = _item_type(kind)
    if inner is not None and isinstance(data, list):
        return [
            _with_durations(item, inner, f"{path}{index}.", found)
            for index, item in enumerate(data)
        ]
    if not is_dataclass(kind) or not isinstance(data, dict):
        return data
    hints = typing.get_type_hints(kind)
    kinds = {one.name.rstrip("_"): hints[one.name] for one in fields(kind)}
    return {
        key: _duration(value, kinds[key], f"{path}{key}", found)
        if kinds.get(key) in (timedelta, timedelta | None)
        else _with_durations(value, kinds.get(key), f"{path}{key}.", found)
        for key, value in data.items()
    }


def _duration(value: Any, kind: Any, path: str, found: list[str]) -> Any:
    if value is None and kind is not timedelta:
        return None
    try:
        return parse_duration(value if isinstance(value, str) else str(value))
    except ValueError as error:
        found.append(f"{path}: {error}")
        # One that breaks no rule: the problem is noted, and the rest shall be found too.
        return timedelta(minutes=1)


def _item_type(kind: Any) -> Any:
    arguments: Sequence[Any] = typing.get_args(kind)
    return arguments[0] if typing.get_origin(kind) is tuple and arguments else None


#: How pydantic names the two that ``group`` can be.
_ONE, _SEVERAL = "str", "tuple[str, ...]"


def _echoes(error: Any) -> bool:
    """Whether it says only that a list is no text, where both can be: of the list is said more."""
    return (error["type"], error["loc"][-1]) == ("string_type", _ONE)


def _problem(error: Any) -> str:
    path = ".".join(str(part) for part in error["loc"] if part != _SEVERAL)
    match error["type"]:
        case "tuple_type" if error["loc"][-1] == _SEVERAL:
            return f"{path}: should be a name or a list of names, not {error['input']!r}"
        case "unexpected_keyword_argument" | "extra_forbidden":
            return f"{path}: no such key"
        case "missing" | "missing_keyword_only_argument" | "missing_argument":
            return f"{path}: is missing"
        case "dataclass_type":
            return f"{path}: should hold keys, not {error['input']!r}"
        case "tuple_type":
            return f"{path}: should be a list, such as [{error['input']}]"
        case _:
            return f"{path}: {error['msg'][:1].lower()}{error['msg'][1:]}, not {error['input']!r}"
