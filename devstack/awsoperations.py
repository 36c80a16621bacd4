"""
The operations that the local AWS answers by itself, for moto has none of them, or untrue ones.

May import other ``devstack.aws*`` modules that serve a part of it, and the standard library.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from devstack.awsactivities import PAGE_MOST, ActivityLog, UnknownToken
from devstack.awsanswers import Refusal, filters, listed
from devstack.awshooks import Hooks, Wait
from devstack.awsscaling import Scaling
from devstack.awsspot import SpotRequests

_Parameters = Mapping[str, str]
_Result = dict[str, Any]
_Operation = Callable[[_Parameters, datetime], _Result]


class Operations:
    """By name; the parameters are flat, as the query protocol has them."""

    def __init__(
        self, scaling: Scaling, log: ActivityLog, hooks: Hooks, spot: SpotRequests
    ) -> None:
        self._scaling = scaling
        self._log = log
        self._hooks = hooks
        self._spot = spot
        self._operations: dict[str, _Operation] = {
            "DescribeScalingActivities": self._describe_activities,
            "TerminateInstanceInAutoScalingGroup": self._terminate,
            "PutLifecycleHook": self._put_hook,
            "DeleteLifecycleHook": self._delete_hook,
            "DescribeLifecycleHooks": self._describe_hooks,
            "CompleteLifecycleAction": self._complete,
            "RecordLifecycleActionHeartbeat": self._heartbeat,
            "DescribeSpotInstanceRequests": self._describe_spot,
            "DescribeInstanceRefreshes": lambda *_: {"InstanceRefreshes": []},
        }

    def find(self, action: str) -> _Operation | None:
        """The operation of that name, or None where moto's is good; it may raise Refusal."""
        return self._operations.get(action)

    def _describe_activities(self, parameters: _Parameters, _: datetime) -> _Result:
        most = int(parameters.get("MaxRecords", PAGE_MOST))
        if not 1 <= most <= PAGE_MOST:
            # AWS itself gives no more than this, whatever it is asked for.
            most = PAGE_MOST
        try:
            page, token = self._log.page(
                group=parameters.get("AutoScalingGroupName"),
                ids=listed(parameters, "ActivityIds.member"),
                most=most,
                token=parameters.get("NextToken"),
            )
        except UnknownToken as error:
            raise Refusal("InvalidNextToken", "The token is not valid.") from error
        return {"Activities": [one.answer() for one in page], "NextToken": token}

    def _terminate(self, parameters: _Parameters, now: datetime) -> _Result:
        shrinks = parameters.get("ShouldDecrementDesiredCapacity", "").lower() == "true"
        activity = self._scaling.terminate(parameters["InstanceId"], shrinks=shrinks, now=now)
        return {"Activity": activity.answer()}

    def _put_hook(self, parameters: _Parameters, _: datetime) -> _Result:
        group, name = parameters["AutoScalingGroupName"], parameters["LifecycleHookName"]
        timeout = int(parameters.get("HeartbeatTimeout", "3600"))
        new = name not in {hook.name for hook in self._hooks.of(group)}
        if new and "LifecycleTransition" not in parameters:
            raise _invalid("Lifecycle transition is required when creating a lifecycle hook.")
        # AWS's least is 30; a test need not wait so long.
        if not 1 <= timeout <= 7200:
            raise _invalid("Heartbeat timeout must be between 30 and 7200 seconds.")
        self._hooks.put(group, name, parameters)
        return {}

    def _delete_hook(self, parameters: _Parameters, _: datetime) -> _Result:
        name = parameters["LifecycleHookName"]
        if not self._hooks.delete(parameters["AutoScalingGroupName"], name):
            raise _invalid(f"No Lifecycle Hook found with name: {name}")
        return {}

    def _describe_hooks(self, parameters: _Parameters, _: datetime) -> _Result:
        names = listed(parameters, "LifecycleHookNames.member")
        found = self._hooks.of(parameters["AutoScalingGroupName"])
        return {
            "LifecycleHooks": [hook.answer() for hook in found if not names or hook.name in names]
        }

    def _complete(self, parameters: _Parameters, _: datetime) -> _Result:
        result = parameters["LifecycleActionResult"]
        if result not in {"CONTINUE", "ABANDON"}:
            raise _invalid("Lifecycle action result must be CONTINUE or ABANDON.")
        self._hooks.complete(self._wait(parameters), result)
        return {}

    def _heartbeat(self, parameters: _Parameters, now: datetime) -> _Result:
        self._wait(parameters).beat(now)
        return {}

    def _wait(self, parameters: _Parameters) -> Wait:
        token = parameters.get("LifecycleActionToken")
        who = token or parameters.get("InstanceId", "")
        group, name = parameters["AutoScalingGroupName"], parameters["LifecycleHookName"]
        wait = self._hooks.find(group, name, who)
        if wait is None:
            by = "token" if token else "instance ID"
            raise _invalid(f"No active Lifecycle Action found with {by} {who}")
        return wait

    def _describe_spot(self, parameters: _Parameters, _: datetime) -> _Result:
        found = self._spot.find(listed(parameters, "SpotInstanceRequestId"), filters(parameters))
        return {"SpotInstanceRequests": [request.answer() for request in found]}


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)
