"""Lifecycle hooks hold instances for as long as they may."""

from datetime import UTC, datetime, timedelta

from devstack.awshooks import TERMINATING, Hooks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def some_hooks(*names: str, timeout: int = 60, result: str = "CONTINUE") -> Hooks:
    hooks = Hooks()
    for name in names:
        hooks.put(
            "one",
            name,
            {
                "LifecycleTransition": TERMINATING,
                "HeartbeatTimeout": str(timeout),
                "DefaultResult": result,
            },
        )
    return hooks


def test_without_hooks_nothing_waits() -> None:
    hooks = some_hooks()

    assert hooks.begin("one", "i-a", NOON) == ()
    assert not hooks.waiting("i-a", NOON)


def test_hooks_of_launches_and_of_other_groups_hold_nothing() -> None:
    hooks = some_hooks()
    hooks.put("one", "launch", {"LifecycleTransition": LAUNCHING})
    hooks.put("other", "drain", {"LifecycleTransition": TERMINATING})

    assert hooks.begin("one", "i-a", NOON) == ()


def test_an_instance_waits_until_its_timeout() -> None:
    hooks = some_hooks("drain")
    hooks.begin("one", "i-a", NOON)

    assert hooks.waiting("i-a", after(59))
    assert not hooks.waiting("i-a", after(60))


def test_a_heartbeat_begins_the_timeout_anew_within_the_global_one() -> None:
    hooks = some_hooks("drain")
    (wait,) = hooks.begin("one", "i-a", NOON)
    wait.beat(after(50))
    assert hooks.waiting("i-a", after(109))

    wait.beat(after(100 * 60 - 1))
    assert not hooks.waiting("i-a", after(100 * 60))


def test_completed_hooks_leave_it_to_the_others() -> None:
    hooks = some_hooks("drain", "report")
    first, second = hooks.begin("one", "i-a", NOON)
    hooks.complete(first, "CONTINUE")
    assert hooks.waiting("i-a", NOON)

    hooks.complete(second, "CONTINUE")
    assert not hooks.waiting("i-a", NOON)


def test_an_abandoned_action_ends_the_others_of_that_instance_only() -> None:
    hooks = some_hooks("drain", "report")
    first, _ = hooks.begin("one", "i-a", NOON)
    hooks.begin("one", "i-b", NOON)
    hooks.complete(first, "ABANDON")

    assert not hooks.waiting("i-a", NOON)
    assert hooks.waiting("i-b", NOON)


def test_a_timeout_with_abandon_for_its_result_ends_the_others_too() -> None:
    hooks = some_hooks("drain", timeout=60, result="ABANDON")
    hooks.put("one", "report", {"LifecycleTransition": TERMINATING, "HeartbeatTimeout": "600"})
    hooks.begin("one", "i-a", NOON)

    assert not hooks.waiting("i-a", after(60))


def test_a_wait_is_found_by_token_and_by_instance() -> None:
    hooks = some_hooks("drain")
    (wait,) = hooks.begin("one", "i-a", NOON)

    assert hooks.find("one", "drain", wait.token) is wait
    assert hooks.find("one", "drain", "i-a") is wait
    assert hooks.find("one", "drain", "i-b") is None
    assert hooks.find("one", "other", "i-a") is None


def test_deleting_a_hook_ends_its_waits() -> None:
    hooks = some_hooks("drain")
    hooks.begin("one", "i-a", NOON)

    assert hooks.delete("one", "drain")
    assert not hooks.waiting("i-a", NOON)
    assert not hooks.delete("one", "drain")


def test_a_hook_that_is_put_again_keeps_what_is_not_said() -> None:
    hooks = some_hooks("drain")
    hooks.put("one", "drain", {"NotificationMetadata": "more"})
    (hook,) = hooks.of("one")

    assert (hook.heartbeat_seconds, hook.global_seconds) == (60, 6000)
    assert hook.answer()["NotificationMetadata"] == "more"
