"""A stop signal becomes one exception, and none inside what must not be interrupted."""

import signal

import pytest

from transcoder.adapters.interruption import Interruption
from transcoder.errors import Interrupted


def test_a_signal_is_raised_where_the_main_thread_is() -> None:
    with Interruption().installed(), pytest.raises(Interrupted) as stop:
        signal.raise_signal(signal.SIGTERM)
    assert stop.value.signal_number == signal.SIGTERM


def test_a_second_signal_does_not_cut_the_cleaning_up_short() -> None:
    cleaned = False
    with Interruption().installed():
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        cleaned = True
    assert cleaned


def test_what_is_held_ends_first() -> None:
    interruption, done = Interruption(), []

    def work() -> None:
        with interruption.held():
            with interruption.held():
                signal.raise_signal(signal.SIGTERM)
                done.append("inner")
            done.append("outer")
        done.append("never")

    with interruption.installed(), pytest.raises(Interrupted) as stop:
        work()
    assert done == ["inner", "outer"]
    assert stop.value.signal_number == signal.SIGTERM


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with Interruption().installed():
        assert signal.getsignal(signal.SIGTERM) is not before[0]
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
