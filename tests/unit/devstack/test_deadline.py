"""Nothing is waited for without an end."""

import pytest

from devstack.deadline import wait_until
from devstack.errors import DevstackError


def test_it_returns_once_the_condition_holds() -> None:
    answers = iter([False, False, True])
    wait_until(lambda: next(answers), seconds=10, what="the third answer")

    assert list(answers) == []


def test_it_gives_up_and_says_what_was_awaited_and_what_to_look_at() -> None:
    with pytest.raises(DevstackError, match=r"^the moon: not after 0 s\. Look up\.$"):
        wait_until(lambda: False, seconds=0, what="the moon", hint=lambda: "Look up.")
