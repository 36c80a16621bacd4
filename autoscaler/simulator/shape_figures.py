"""
What is stated of the nine shapes of workloads: when children come, how bunched, how long they work.

The figures are our own, taken of public logs of arrivals and of measured encodes, and rounded.
Imports the standard library and, of the simulator, service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from autoscaler.simulator.service import Lognormal, Mixture, ServiceLaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """Children that come together."""

    #: The share of batches that are a lone child.
    single: float
    #: Of the others: a lognormal law of how many, and the most.
    median: float
    sigma: float
    largest: int
    #: Between two children of a batch: the mean of an exponential law, drawn for each batch.
    spacing_seconds: float
    #: The share of batches whose children work for about equally long.
    alike: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a shape is made of, and what it comes to."""

    hours: float
    count: int
    mean_service_seconds: float
    #: Variance of the service times over the square of their mean.
    service_scv: float
    #: Children of the busiest hour over the mean of all.
    peak: float
    #: Variance over mean of the children in ten minutes: 1 if each comes by itself at one rate.
    bunching: float
    law: ServiceLaw
    #: Points of an hour and a rate between which the rate is straight; only proportions count.
    rate: tuple[tuple[float, float], ...]
    #: The weight of each day, where ``rate`` is that of a day.
    days: tuple[float, ...] = ()
    #: Restlessness besides: length of a spell in seconds, and the variance of its factor.
    unrest: tuple[tuple[float, float], ...] = ()
    batches: Batches | None = None
    #: The hour that a shorter window keeps in its place: where something happens.
    heart: float = 0.0


_SLOW = Lognormal(69.4, 2.06, 1750)
_WORKING_DAY = ((0.0, 0.6), (6.0, 0.4), (9.0, 1.0), (15.0, 1.4), (18.0, 1.0), (24.0, 0.6))

FIGURES: Mapping[str, Shape] = MappingProxyType(
    {
        # Half a day at nearly one rate.
        "steady": Shape(
            hours=12,
            count=6050,
            mean_service_seconds=196,
            service_scv=2.7,
            peak=1.15,
            bunching=1.4,
            law=_SLOW,
            rate=((0, 480), (3, 500), (6.5, 560), (8, 545), (10.3, 445), (12, 480)),
        ),
        # A week of nights and days.
        "diurnal": Shape(
            hours=168,
            count=22_800,
            mean_service_seconds=435,
            service_scv=2.8,
            peak=1.8,
            bunching=5.1,
            law=Lognormal(148, 2.05, 4300),
            rate=(
                (0, 110),
                (2, 45),
                (5, 20),
                (6.5, 70),
                (8, 150),
                (15, 150),
                (17, 135),
                (19, 200),
                (21.5, 195),
                (24, 110),
            ),
            days=(0.89, 0.96, 0.96, 1.02, 1.02, 1.15, 1.0),
        ),
        # Two weeks of lone children and, now and then, hundreds at once.
        "bursty": Shape(
            hours=330,
            count=2750,
            mean_service_seconds=191,
            service_scv=2.6,
            peak=43,
            bunching=66,
            law=_SLOW,
            rate=_WORKING_DAY,
            days=(1.0,) * 14,
            unrest=((86_400, 0.3), (3600, 1.0)),
            batches=Batches(single=0.76, median=5, sigma=1.35, largest=330, spacing_seconds=3),
        ),
        # A quiet day, and of a sudden eight times as much, twice.
        "flash": Shape(
            hours=24,
            count=9050,
            mean_service_seconds=95,
            service_scv=3.2,
            peak=3.3,
            bunching=45,
            law=Lognormal(31.2, 1.83, 1200),
            rate=(
                (0, 205),
                (4, 145),
                (7, 185),
                (10, 160),
                (12, 215),
                (13.7, 340),
                (14, 900),
                (15, 980),
                (15.6, 1550),
                (16.5, 900),
                (17, 430),
                (18.5, 330),
                (19, 600),
                (20, 780),
                (20.8, 950),
                (21.5, 450),
                (22.5, 260),
                (24, 190),
            ),
            heart=15.5,
        ),
        # A restless day, and a few children that work for hours.
        "heavytail": Shape(
            hours=24,
            count=6640,
            mean_service_seconds=162,
            service_scv=13.8,
            peak=2.1,
            bunching=17,
            law=Lognormal(26.7, 1.95, 16_700),
            rate=((0, 1), (24, 1)),
            unrest=((3600, 0.17), (600, 0.12), (60, 0.1)),
        ),
        # Four weeks in which hardly ever two children are there at once.
        "idle": Shape(
            hours=655,
            count=1720,
            mean_service_seconds=125,
            service_scv=3.2,
            peak=25,
            bunching=7.5,
            law=Lognormal(41, 1.73, 1680),
            rate=_WORKING_DAY,
            days=(1.0,) * 28,
            unrest=((86_400, 0.5), (7200, 1.0)),
            batches=Batches(single=0.86, median=3.2, sigma=1.0, largest=50, spacing_seconds=10),
        ),
        # Four days of arrays of like children, most of them in the afternoon.
        "hpc": Shape(
            hours=94.5,
            count=20_000,
            mean_service_seconds=430,
            service_scv=9.2,
            peak=7.2,
            bunching=180,
            law=Mixture(
                (Lognormal(15, 0.7), Lognormal(45, 0.06), Lognormal(220, 1.75, 14_400)),
                (0.13, 0.42, 0.45),
            ),
            rate=(
                (0, 60),
                (2, 2),
                (5, 8),
                (8, 200),
                (13, 400),
                (15, 1000),
                (17, 450),
                (19, 700),
                (21, 1300),
                (23, 350),
                (24, 60),
            ),
            days=(0.4, 0.7, 1.8, 1.1),
            unrest=((3600, 0.15),),
            batches=Batches(
                single=0.5, median=3.6, sigma=1.6, largest=1200, spacing_seconds=2, alike=0.7
            ),
            heart=64,
        ),
        # Twenty hours that begin quietly and grow tenfold.
        "ramp": Shape(
            hours=20,
            count=8900,
            mean_service_seconds=191,
            service_scv=2.9,
            peak=2.6,
            bunching=37,
            law=_SLOW,
            rate=(
                (0, 140),
                (1, 180),
                (4, 160),
                (6, 220),
                (9.5, 270),
                (10.2, 400),
                (10.75, 800),
                (11.5, 1050),
                (12.2, 1350),
                (13, 650),
                (14.3, 720),
                (15, 680),
                (16, 400),
                (16.8, 500),
                (17.5, 780),
                (18.5, 760),
                (19, 380),
                (20, 340),
            ),
            heart=12,
        ),
        # Ten days of requests: half a minute each, most in the mornings of some days.
        "genai": Shape(
            hours=238,
            count=6970,
            mean_service_seconds=25.6,
            service_scv=0.53,
            peak=12,
            bunching=24,
            law=Lognormal(20.4, 0.65, 570),
            rate=((0, 30), (4, 20), (7, 350), (10, 900), (12, 500), (16, 250), (18, 30), (24, 30)),
            days=(0.13, 0.12, 0.13, 0.06, 0.95, 1.7, 1.85, 1.8, 0.1, 1.85),
            unrest=((3600, 0.15),),
            batches=Batches(single=0.47, median=4.6, sigma=1.38, largest=260, spacing_seconds=25),
            heart=150,
        ),
    }
)
