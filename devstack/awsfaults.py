"""
Calls that AWS is told to refuse for a while: throttled, denied, or out of order.

May import ``devstack.awsanswers`` and the standard library.
"""

from enum import StrEnum

from devstack.awsanswers import Refusal


class Fault(StrEnum):
    """How a call fails."""

    THROTTLED = "throttled"
    DENIED = "denied"
    UNAVAILABLE = "unavailable"


_REFUSALS = {
    (Fault.THROTTLED, "autoscaling"): Refusal("Throttling", "Rate exceeded"),
    (Fault.THROTTLED, "ec2"): Refusal("RequestLimitExceeded", "Request limit exceeded.", 503),
    (Fault.THROTTLED, "sqs"): Refusal("ThrottlingException", "Rate exceeded"),
    (Fault.THROTTLED, "s3"): Refusal("SlowDown", "Please reduce your request rate.", 503),
    (Fault.DENIED, "ec2"): Refusal(
        "UnauthorizedOperation", "You are not authorized to perform this operation.", 403
    ),
    (Fault.DENIED, "s3"): Refusal("AccessDenied", "Access Denied", 403),
    (Fault.UNAVAILABLE, "ec2"): Refusal(
        "Unavailable", "The server is overloaded and can't handle the request.", 503
    ),
}
_UNAVAILABLE = Refusal("ServiceUnavailable", "Service Unavailable", 503)


class Faults:
    """Which operations fail, how, and how often yet."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[Fault, int]] = {}

    def set(self, operation: str, count: int, fault: Fault) -> None:
        """Let the next ``count`` calls of the operation fail; 0 lifts it."""
        self._left[operation] = (fault, count)

    def meet(self, service: str, operation: str) -> Refusal | None:
        """How this call fails, which is then counted off; None if it does not."""
        fault, left = self._left.get(operation, (None, 0))
        if fault is None or left <= 0:
            return None
        self._left[operation] = (fault, left - 1)
        return refusal(fault, service, operation)


def refusal(fault: Fault, service: str, operation: str) -> Refusal:
    """The service's own words for a fault."""
    known = _REFUSALS.get((fault, service))
    if known is not None:
        return known
    if fault is Fault.THROTTLED:
        return Refusal("Throttling", "Rate exceeded")
    if fault is Fault.UNAVAILABLE:
        return _UNAVAILABLE
    user = "arn:aws:sts::123456789012:assumed-role/nomad-server/i-0123456789abcdef0"
    return Refusal(
        "AccessDenied",
        f"User: {user} is not authorized to perform: {service}:{operation} because no "
        "identity-based policy allows the action",
        403,
    )
