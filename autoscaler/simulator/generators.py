"""
Workloads made from a line of text, as the command line takes them.

::

    poisson:rate=60/h,for=24h,service=2m,cv=1            at random, always at one rate
    burst:children=100,every=6h,for=24h,service=2m,cv=1  so many at once, every so often
    diurnal:rate=60/h,peak=3,for=7d,service=2m,cv=1      lowest at 0:00, peak times the mean at noon
    shape:name=genai,scale=0.1                           like a real trace (simulator.shapes)

What is left out is as it stands here, but for the name of a shape.  ``rate`` is per s, m, h or d;
``service`` is the mean and ``cv`` the deviation over the mean of a lognormal law, 0 for equal
children; ``job`` names the job, else the arrivals name none and are the pool's first job's.
Imports the standard library, config, errors and, of the simulator, what makes workloads.
"""

import math
import random
from collections.abc import Callable, Mapping

from autoscaler.config import parse_duration
from autoscaler.errors import TraceError
from autoscaler.simulator.chance import generator
from autoscaler.simulator.instants import steady
from autoscaler.simulator.service import Lognormal
from autoscaler.simulator.shapes import SHAPES, shape
from autoscaler.simulator.workload import Arrival, burst, by_time, diurnal, served

#: A longer workload is a slip of the pen, and would fill the memory.
CHILDREN_MAX = 2_000_000
_RATE_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_EXAMPLES = {
    "poisson": "poisson:rate=60/h,for=24h,service=2m,cv=1",
    "burst": "burst:children=100,every=6h,for=24h,service=2m,cv=1",
    "diurnal": "diurnal:rate=60/h,peak=3,for=7d,service=2m,cv=1",
    "shape": "shape:name=genai,scale=1",
}
KINDS = tuple(_EXAMPLES)


def generated(spec: str, seed: int) -> tuple[Arrival, ...]:
    """
    The arrivals that a line such as ``poisson:rate=600/h,for=2h`` asks for, in their order.

    Equal lines and seeds give equal arrivals.  Those without ``job=`` have the job ``""``.
    Raises ``TraceError``, which names the line, what is wrong in it, and what would do.
    """
    kind, _, text = spec.partition(":")
    if kind not in _EXAMPLES:
        raise TraceError(f"{spec}: no generator {kind!r}; there are {', '.join(KINDS)}")
    given = _Given(spec, kind, text)
    rng = generator(seed, "workload")
    arrivals = _MAKERS[kind](given, rng, seed)
    if not arrivals:
        raise TraceError(f"{spec}: no child arrives; make it longer, or its rate higher")
    return arrivals


class _Given:
    """The settings of a line; each is read once, with what is wrong in it said in full."""

    def __init__(self, spec: str, kind: str, text: str) -> None:
        self._spec = spec
        self._kind = kind
        self._values: dict[str, str] = {**_pairs(_EXAMPLES[kind]), "job": ""}
        if kind == "shape":
            del self._values["name"], self._values["job"]
            self._values["name"] = ""
        for key, value in _pairs(f"{kind}:{text}").items():
            if key not in self._values:
                raise self.error(f"no setting {key!r}")
            self._values[key] = value

    def error(self, why: str) -> TraceError:
        """What is wrong, with a line that is right."""
        return TraceError(f"{self._spec}: {why}; write it like {_EXAMPLES[self._kind]}")

    def text(self, key: str) -> str:
        """As it stands."""
        return self._values[key]

    def number(self, key: str, least: float) -> float:
        """A number, ``least`` or more."""
        try:
            value = float(self._values[key])
        except ValueError:
            value = math.nan
        if not least <= value < math.inf:
            raise self.error(f"{key} is {self._values[key]!r}, not a number from {least:g} on")
        return value

    def seconds(self, key: str) -> float:
        """A duration above nothing."""
        try:
            seconds = parse_duration(self._values[key]).total_seconds()
        except ValueError as error:
            raise self.error(f"{key}: {error}") from error
        if seconds <= 0:
            raise self.error(f"{key} is {self._values[key]!r}, no time at all")
        return seconds

    def per_second(self, key: str) -> float:
        """A rate above nothing."""
        number, slash, unit = self._values[key].partition("/")
        try:
            rate = float(number) / _RATE_SECONDS[unit]
        except (ValueError, KeyError):
            rate = math.nan
        if not (slash and 0 < rate < math.inf):
            raise self.error(
                f"{key} is {self._values[key]!r}, no rate such as 60/h (per s, m, h, d)"
            )
        return rate

    def law(self) -> Lognormal:
        """Of the service times."""
        return Lognormal.of(self.seconds("service"), self.number("cv", 0))

    def expect(self, count: float) -> None:
        """Refuse what would be too many children."""
        if count > CHILDREN_MAX:
            raise self.error(f"{count:.0f} children are more than {CHILDREN_MAX}")


def _pairs(line: str) -> Mapping[str, str]:
    text = line.partition(":")[2]
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    return {key.strip(): value.strip() for key, _, value in pairs}


def _poisson(given: _Given, rng: random.Random, _seed: int) -> tuple[Arrival, ...]:
    per_second, seconds = given.per_second("rate"), given.seconds("for")
    given.expect(per_second * seconds)
    instants = steady(rng, per_second=per_second, seconds=seconds)
    return served(rng, instants, given.law(), given.text("job"))


def _burst(given: _Given, rng: random.Random, _seed: int) -> tuple[Arrival, ...]:
    children, every = int(given.number("children", 1)), given.seconds("every")
    count = math.ceil(given.seconds("for") / every)
    given.expect(children * count)
    law, job = given.law(), given.text("job")
    bursts = (
        burst((law.draw(rng) for _ in range(children)), at_seconds=index * every, job=job)
        for index in range(count)
    )
    return tuple(arrival for one in bursts for arrival in one)


def _diurnal(given: _Given, rng: random.Random, _seed: int) -> tuple[Arrival, ...]:
    per_second, seconds = given.per_second("rate"), given.seconds("for")
    peak = given.number("peak", 1)
    # Every arrival at the highest rate is drawn, though most may be left out.
    given.expect(per_second * peak * seconds)
    return diurnal(
        rng,
        seconds=seconds,
        per_second=per_second,
        peak=peak,
        law=given.law(),
        job=given.text("job"),
    )


def _shape(given: _Given, _rng: random.Random, seed: int) -> tuple[Arrival, ...]:
    name = given.text("name")
    if name not in SHAPES:
        raise given.error(f"no shape {name!r}, there are {', '.join(SHAPES)}")
    scale = given.number("scale", 0)
    if not 0 < scale <= 1:
        raise given.error(f"scale is {scale:g}, and must be above 0 and at most 1")
    return by_time(one._replace(job="") for one in shape(name, seed, scale))


_MAKERS: Mapping[str, Callable[[_Given, random.Random, int], tuple[Arrival, ...]]] = {
    "poisson": _poisson,
    "burst": _burst,
    "diurnal": _diurnal,
    "shape": _shape,
}
