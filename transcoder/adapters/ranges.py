"""
Several parts of one body at once, given out in their order.

A single connection to an object store carries a fraction of what a machine can take.  Each part has
a thread, which keeps what it has got until its turn comes: the parts under way bound the memory.
Imports ``errors``.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from transcoder.errors import TransientError

#: The bytes from the first to the one before the second.
Span = tuple[int, int]
#: Asks for a span, and gives its bytes as they come; raises TransientError and TaskError.
Ask = Callable[[Span], Generator[bytes, None, None]]

PARALLEL = 4
FIRST_BYTES = 1 << 20
_MOST_BYTES = 8 << 20


def spans(start: int, end: int) -> Iterator[Span]:
    """
    A body cut into parts, which grow.

    Small ones first: what reads along gets the beginning with all of the bandwidth.
    """
    size = FIRST_BYTES
    number = 0
    while start < end:
        yield start, min(start + size, end)
        start += size
        number += 1
        if number % PARALLEL == 0:
            size = min(2 * size, _MOST_BYTES)


@dataclass(frozen=True, slots=True)
class _Part:
    span: Span
    #: Bytes as they come; then None, or what went wrong.
    came: SimpleQueue[bytes | Exception | None] = field(default_factory=SimpleQueue)


def in_order(
    todo: Iterator[Span], ask: Ask, patience_seconds: float
) -> Generator[bytes, None, None]:
    """
    The bytes of all spans, in order, with a few of them under way.

    Raises what asking raises when its turn comes, and TransientError where nothing at all comes for
    ``patience_seconds``.
    """
    stopped = threading.Event()
    window: deque[_Part] = deque()

    def refill() -> None:
        while len(window) < PARALLEL and (span := next(todo, None)) is not None:
            part = _Part(span)
            window.append(part)
            threading.Thread(target=_bring, args=(part, ask, stopped), daemon=True).start()

    try:
        refill()
        while window:
            yield from _taken(window[0], patience_seconds)
            window.popleft()
            refill()
    finally:
        # Those that wait for their socket see it with the next bytes, and nobody waits for them.
        stopped.set()


def _taken(part: _Part, patience_seconds: float) -> Iterator[bytes]:
    while True:
        try:
            came = part.came.get(timeout=patience_seconds)
        except Empty:
            raise TransientError(f"nothing came for {patience_seconds:.0f} s") from None
        if came is None:
            return
        if isinstance(came, Exception):
            raise came
        yield came


def _bring(part: _Part, ask: Ask, stopped: threading.Event) -> None:
    left = part.span[1] - part.span[0]
    try:
        with closing(ask(part.span)) as chunks:
            for chunk in chunks:
                if stopped.is_set():
                    return
                left -= len(chunk)
                part.came.put(chunk)
    # Whatever it is, the one who waits for this part has to hear of it.
    except Exception as error:  # noqa: BLE001
        part.came.put(error)
    else:
        short = TransientError(f"a part ended {left} bytes short") if left else None
        part.came.put(short)
