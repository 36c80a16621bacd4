"""Readings side by side: none stops another, and all end in time."""

import threading
import time

import pytest

from autoscaler.adapters.nomad_client import NotFound
from autoscaler.checks.reading import NotKnown, Readings, Unread, need, tried
from autoscaler.errors import ConfigError, GroupMissing, NomadDenied, NomadUnavailable


def raising(error: Exception):
    """A reading that fails so."""

    def do() -> str:
        raise error

    return do


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NomadDenied("no"), "denied"),
        (GroupMissing("no"), "missing"),
        (NotFound("/v1/job/x"), "missing"),
        (NomadUnavailable("no"), "failed"),
        (OSError("no such file"), "failed"),
        (ConfigError("aws", ("no region",)), "failed"),
    ],
)
def test_what_fails_in_a_way_that_is_known_says_which(error: Exception, kind: str) -> None:
    found = tried(raising(error))

    assert isinstance(found, Unread)
    assert found.kind == kind
    assert found.why


def test_what_needs_an_unread_fact_is_unread_for_the_same_reason() -> None:
    first = Unread("no leader", "failed")

    assert tried(lambda: need(first)) == first
    with pytest.raises(NotKnown):
        need(first)


def test_a_defect_is_told_of_and_does_not_stop_the_others() -> None:
    readings = Readings(20, time.monotonic)

    broken = readings.begin("broken", raising(ZeroDivisionError("oops")))
    sound = readings.begin("sound", lambda: 42)

    assert readings.end(sound) == 42
    assert readings.end(broken) == Unread("the check itself failed: ZeroDivisionError('oops')")


def test_what_hangs_is_given_up_at_the_moment_when_all_must_end() -> None:
    moment = [0.0]
    readings = Readings(25, lambda: moment[0])
    release = threading.Event()
    hung = readings.begin("hung", lambda: release.wait(20))
    moment[0] = 25.0

    assert readings.end(hung) == Unread("no answer within 25 s", "late")
    release.set()
