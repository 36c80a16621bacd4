"""
Where settings are tried: replays on one process or several, told as they come in.

Imports replay, the simulator and the rest of tuning.
"""

import random
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from types import TracebackType
from typing import Self

from autoscaler.core.settings import PoolSettings
from autoscaler.replay.comparison import workers
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.outcome import Outcome
from autoscaler.replay.scene import asks_of
from autoscaler.tuning.candidates import Candidate
from autoscaler.tuning.robustness import Blocks
from autoscaler.tuning.slices import Course, sample, share_of
from autoscaler.tuning.trial import Trial, attempt


def as_now(conditions: Conditions, present: PoolSettings) -> Conditions:
    """
    The conditions, with the asks that they do not know put down as the present settings have them.

    A child does not ask for more or less because ``children_per_node`` is tried at another value.
    """
    if conditions.slots is not None:
        return conditions
    return replace(
        conditions, asks={job: asks_of(job, present, conditions) for job in present.jobs}
    )


class Replays:
    """Tries candidates.  A ``search.Laboratory``; a context that ends its processes."""

    def __init__(
        self,
        courses: Sequence[Course],
        *,
        seed: int = 1,
        processes: int = 1,
        out_of_time: Callable[[], bool] = lambda: False,
        told: Callable[[float], None] = lambda _: None,
    ) -> None:
        """``told`` is called after each trial with what it cost, in runs of the whole."""
        rng = random.Random(seed)  # noqa: S311 - no secret
        pieces = [sample(one, rng) for one in courses]
        self._whole = tuple(courses)
        self._pieces = tuple(piece for one in pieces for piece in one)
        self.sample_share = share_of(pieces, courses)
        self.out_of_time = out_of_time
        self._told = told
        self._stack = ExitStack()
        self._workers = self._stack.enter_context(workers(processes)) if processes > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def sampled(self, candidates: Sequence[Candidate]) -> tuple[Trial, ...]:
        """On pieces of the traces."""
        return tuple(self._try(candidates, self._pieces, self.sample_share))

    def whole(self, candidates: Sequence[Candidate]) -> tuple[Trial, ...]:
        """On the whole traces."""
        return tuple(self._try(candidates, self._whole, 1.0))

    def _try(
        self, candidates: Sequence[Candidate], courses: Sequence[Course], price: float
    ) -> Iterator[Trial]:
        jobs = [(one.settings, course) for one in candidates for course in courses]
        with closing(self._attempts(jobs)) as found:
            for candidate in candidates:
                if self.out_of_time():
                    return
                tried = [next(found) for _ in courses]
                self._told(price)
                yield Trial(
                    candidate,
                    tuple(outcome for outcome, _ in tried),
                    tuple(blocks for _, blocks in tried),
                )

    def _attempts(
        self, jobs: Sequence[tuple[PoolSettings, Course]]
    ) -> Generator[tuple[Outcome, Blocks], None, None]:
        """In their order; when it is closed, what has not begun is not begun any more."""
        if self._workers is None:
            for settings, course in jobs:
                yield attempt(settings, course)
            return
        futures = [self._workers.submit(attempt, *job) for job in jobs]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()
