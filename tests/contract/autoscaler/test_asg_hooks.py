"""Lifecycle hooks in the local AWS, as the adapter sees, completes and extends them."""

from datetime import timedelta

import pytest

from autoscaler.core.model import Hook, Lifecycle
from tests.contract.autoscaler.aws_account import Account


@pytest.fixture
def held(account: Account) -> str:
    """The one instance of a group with two hooks, whose termination they hold."""
    account.hook("drain")
    account.hook("archive", timeout_seconds=600)
    (instance_id,) = account.launch(1)
    account.groups.terminate(account.name, instance_id)
    return instance_id


def test_an_instance_that_a_hook_holds_is_told_with_the_groups_hooks(
    account: Account, held: str
) -> None:
    seen = account.see()

    assert [(one.instance_id, one.lifecycle) for one in seen.instances] == [(held, Lifecycle.HELD)]
    assert (seen.desired, seen.present_count) == (0, 0)
    assert set(seen.hooks) == {
        Hook("drain", timedelta(minutes=5)),
        Hook("archive", timedelta(minutes=10)),
    }


def test_hooks_are_not_read_where_none_holds_an_instance(account: Account) -> None:
    account.hook()

    assert account.see().hooks == ()
    assert account.calls("DescribeLifecycleHooks") == []


def test_completed_it_goes_and_to_complete_it_again_is_a_success(
    account: Account, held: str
) -> None:
    account.see()

    account.groups.complete_hook(account.name, held)
    assert account.instance(held) is None

    account.groups.complete_hook(account.name, held)


def test_it_is_completed_by_a_daemon_that_has_just_started(account: Account, held: str) -> None:
    account.groups.complete_hook(account.name, held)

    assert account.instance(held) is None


def test_extended_it_is_held_on_and_of_one_that_is_gone_it_is_a_success(
    account: Account, held: str
) -> None:
    account.see()

    account.groups.extend_hook(account.name, held)

    instance = account.instance(held)
    assert instance is not None
    assert instance.lifecycle is Lifecycle.HELD
    beaten = {call["LifecycleHookName"] for call in account.calls("RecordLifecycleActionHeartbeat")}
    assert beaten == {"drain", "archive"}

    account.groups.complete_hook(account.name, held)
    account.groups.extend_hook(account.name, held)


def test_to_end_an_instance_that_is_held_is_a_success(account: Account, held: str) -> None:
    account.groups.terminate(account.name, held)

    instance = account.instance(held)
    assert instance is not None
    assert instance.lifecycle is Lifecycle.HELD
