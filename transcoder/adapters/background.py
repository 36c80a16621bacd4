"""
Work behind the main thread, which stays free for signals.

All threads are daemons: a process that ends does not wait for a socket that is slow to fail.
Imports the standard library only.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_LOOK_UP_SECONDS = 0.5


def apart(call: Callable[[], T]) -> Future[T]:
    """Do one thing in a thread of its own."""
    done: Future[T] = Future()
    threading.Thread(target=_carry_out, args=(done, call), daemon=True).start()
    return done


def later(call: Callable[[], T]) -> Callable[[], T]:
    """Begin something at once, and have what it gives when that is asked for."""
    return partial(result_of, apart(call))


def result_of(done: Future[T]) -> T:
    """
    Wait for what a thread does, where a signal may end the wait.

    One that comes in the very moment before the wait would not wake it: so it looks up in between.
    """
    while not done.done():
        wait([done], timeout=_LOOK_UP_SECONDS)
    return done.result()


class Patience:
    """The seconds that some waits may take together."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def wait_for(self, done: Future[Any]) -> None:
        """Wait for the end of something, well or not, as long as there is patience left."""
        started_at = time.monotonic()
        wait([done], timeout=self._seconds)
        self._seconds = max(0.0, self._seconds - (time.monotonic() - started_at))


class Crew:
    """A few threads that take work in the order in which it was given."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._started_count = 0
        self._lock = threading.Lock()
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Do something as soon as one of the threads is free; it may be cancelled until then."""
        done: Future[T] = Future()
        self._work.put(partial(_carry_out, done, call))
        with self._lock:
            if self._started_count < self._size:
                self._started_count += 1
                threading.Thread(target=self._labour, daemon=True).start()
        return done

    def _labour(self) -> None:
        while True:
            self._work.get()()


def _carry_out(done: Future[T], call: Callable[[], T]) -> None:
    if not done.set_running_or_notify_cancel():
        return
    try:
        result = call()
    # Whatever it is, the one who waits for the result has to hear of it.
    except BaseException as error:  # noqa: BLE001
        done.set_exception(error)
    else:
        done.set_result(result)
