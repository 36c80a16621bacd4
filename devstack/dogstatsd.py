"""
Read the DogStatsD protocol: metrics, events and service checks, as an Agent does.

Pure.  May import the standard library only.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a metric is, by the letter that the protocol gives it."""

    COUNT = "c"
    GAUGE = "g"
    HISTOGRAM = "h"
    DISTRIBUTION = "d"
    TIMING = "ms"
    SET = "s"


class Status(StrEnum):
    """What a service check says, by the digit that the protocol gives it."""

    OK = "0"
    WARNING = "1"
    CRITICAL = "2"
    UNKNOWN = "3"


@dataclass(frozen=True, slots=True)
class Metric:
    """One line's metric; several values where the sender packed them."""

    name: str
    kind: Kind
    #: Empty for a SET, whose members are no numbers.
    values: tuple[float, ...]
    tags: frozenset[str]
    sample_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    title: str
    text: str
    tags: frozenset[str]
    #: ``info``, ``success``, ``warning`` or ``error``.
    alert_type: str = "info"


@dataclass(frozen=True, slots=True)
class ServiceCheck:
    name: str
    status: Status
    tags: frozenset[str]
    message: str = ""


Sample = Metric | Event | ServiceCheck


class MalformedSampleError(ValueError):
    """A line that is no DogStatsD; an Agent would drop it."""


def parse(line: str) -> Sample:
    """Read one line; raises MalformedSampleError, with the line, if it is none of the three."""
    try:
        if line.startswith("_e{"):
            return _event(line)
        if line.startswith("_sc|"):
            return _service_check(line)
        return _metric(line)
    except ValueError as error:
        raise MalformedSampleError(f"no DogStatsD: {line!r} ({error})") from error


def _metric(line: str) -> Metric:
    head, *fields = line.split("|")
    name, separator, values = head.partition(":")
    if not (name and separator and values and fields):
        raise ValueError("expected name:value|type")
    kind, options = Kind(fields[0]), _options(fields[1:])
    numbers = () if kind is Kind.SET else tuple(float(value) for value in values.split(":"))
    return Metric(name, kind, numbers, _tags(options), float(options.get("@", "1")))


def _event(line: str) -> Event:
    lengths, separator, rest = line.removeprefix("_e{").partition("}:")
    title_length, text_length = (int(length) for length in lengths.split(","))
    # The protocol counts bytes, so text beyond ASCII has to be cut as bytes.
    body = rest.encode()
    end = title_length + 1 + text_length
    if not separator or len(body) < end or body[title_length : title_length + 1] != b"|":
        raise ValueError("its lengths do not fit")
    text = body[title_length + 1 : end].decode().replace("\\n", "\n")
    options = _options(body[end:].decode().split("|")[1:])
    return Event(body[:title_length].decode(), text, _tags(options), options.get("t:", "info"))


def _service_check(line: str) -> ServiceCheck:
    _, name, status, *fields = line.split("|")
    options = _options(fields)
    return ServiceCheck(name, Status(status), _tags(options), options.get("m:", ""))


def _options(fields: list[str]) -> dict[str, str]:
    """Each option by what marks it: ``#``, ``@`` or a letter and a colon."""
    marks = [field[:1] if field[:1] in "#@" else field[:2] for field in fields]
    return {mark: field.removeprefix(mark) for mark, field in zip(marks, fields, strict=True)}


def _tags(options: dict[str, str]) -> frozenset[str]:
    return frozenset(filter(None, options.get("#", "").split(",")))
