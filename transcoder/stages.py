"""How long each stage of a task took.  Imports ``ports``."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from transcoder.ports import Reporter


class Stages:
    """
    Seconds by stage.

    Stages may overlap: the fetch goes on while the encode runs, so their sum can be more than the
    whole took.
    """

    def __init__(self, monotonic: Callable[[], float], reporter: Reporter) -> None:
        self._monotonic = monotonic
        self._reporter = reporter
        self._started_at = monotonic()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done in the context; repeated, the times add up."""
        started_at = self._monotonic()
        try:
            yield
        finally:
            self.add(name, self._monotonic() - started_at)
        self._reporter.event(f"{name}.finished", seconds=round(self._seconds[name], 3))

    def add(self, name: str, seconds: float) -> None:
        """Count seconds towards a stage."""
        self._seconds[name] = self._seconds.get(name, 0.0) + seconds

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._monotonic() - self._started_at

    def seconds(self) -> Mapping[str, float]:
        """All stages so far, and the total."""
        return {**self._seconds, "total": self.elapsed}
