"""The address of the status page, judged."""

import errno
import os

import pytest

from autoscaler.checks.http import Holder, ListenFacts, judge_listen

TAKEN = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def test_a_free_address_is_well_and_so_is_none() -> None:
    (free,) = judge_listen(ListenFacts("127.0.0.1:9646", None))
    (off,) = judge_listen(None)

    assert (free.verdict, off.verdict) == ("ok", "ok")


@pytest.mark.parametrize(
    ("holder", "verdict"), [("daemon", "ok"), ("other", "wrong"), ("unknown", "unknown")]
)
def test_a_taken_one_depends_on_who_has_it(holder: Holder, verdict: str) -> None:
    (found,) = judge_listen(ListenFacts("127.0.0.1:9646", TAKEN, holder))

    assert found.verdict == verdict


def test_an_address_of_another_machine_is_wrong_and_says_why() -> None:
    error = OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))

    (found,) = judge_listen(ListenFacts("192.0.2.1:9646", error))

    assert found.verdict == "wrong"
    assert "Cannot assign requested address" in found.says
