"""
IAM's policy simulator, asked what would come of a call that nobody makes.

Imports the parts of AWS, core's words and the checks beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autoscaler.adapters.aws import read, understanding
from autoscaler.checks.reading import Unread, tried
from autoscaler.core.explaining import listing

#: So begins why it is not told of one whom IAM does not know.
NOBODY_KNOWN = "IAM cannot simulate"


@dataclass(frozen=True, slots=True)
class Right:
    """Whether one action may be done, on which resource."""

    given: Literal["yes", "no", "untold"]
    #: Why not, or why that is not told.
    why: str = ""
    on: str = ""


def principal_of(arn: str) -> str | None:
    """Whom the simulator can be asked about; None for federated users and the root."""
    head, _, rest = arn.partition(":sts::")
    account, _, resource = rest.partition(":")
    kind, _, role = resource.partition("/")
    if rest and kind == "assumed-role":
        return f"{head}:iam::{account}:role/{role.partition('/')[0]}"
    return arn if ":iam::" in arn and not arn.endswith(":root") else None


class Simulator:
    """IAM's policy simulator, asked about ourselves; one that refuses is asked no more."""

    def __init__(self, iam: Any, arn: str) -> None:
        self._iam = iam
        self._principal = principal_of(arn)
        self._refusal = "" if self._principal else f"{NOBODY_KNOWN} {arn}"

    def ask(
        self, actions: Sequence[str], resource: str, context: Mapping[str, str]
    ) -> dict[str, Right]:
        """What would come of the actions on that resource."""
        if not self._refusal:
            said = tried(lambda: self._simulated(actions, resource, context))
            if not isinstance(said, Unread):
                return said
            self._refusal = said.why
        return {action: Right("untold", self._refusal, resource) for action in actions}

    def _simulated(
        self, actions: Sequence[str], resource: str, context: Mapping[str, str]
    ) -> dict[str, Right]:
        call = "SimulatePrincipalPolicy"
        entries = [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in context.items()
        ]
        said = read(
            call,
            lambda: self._iam.simulate_principal_policy(
                PolicySourceArn=self._principal,
                ActionNames=list(actions),
                ResourceArns=[resource],
                ContextEntries=entries,
            ),
        )
        with understanding(call):
            return {
                one["EvalActionName"]: _decided(one, resource) for one in said["EvaluationResults"]
            }


def _decided(result: Mapping[str, Any], resource: str) -> Right:
    if result["EvalDecision"] == "allowed":
        return Right("yes", on=resource)
    missing = result.get("MissingContextValues") or ()
    if missing:
        why = f"its policy's conditions look at {listing(missing)}"
        return Right("untold", why, resource)
    return Right("no", f"IAM: {result['EvalDecision']}", resource)
