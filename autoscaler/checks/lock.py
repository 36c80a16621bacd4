"""
Whether the lock can be read and written, whether its store keeps conditions, and who leads.

It is tried by a write on a condition that cannot be met, which S3 refuses only to those who may
write: nothing is changed.  Imports core.lease, the lock's store and the checks beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.lease_s3 import S3Lease
from autoscaler.checks.finding import AWS, About, Finding
from autoscaler.checks.reading import Unread, tried
from autoscaler.config import Config
from autoscaler.core.lease import Answer, Found, Holder, Lease, Nothing, Put, Refused

#: What a daemon with a lock may do on the object; the last on its bucket: without it S3 does not
#: tell an object that is not there from one that may not be read.
LOCK_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")

_ABOUT = About(AWS)
#: No object has it.
_NO_VERSION = f'"{"0" * 32}"'
#: So long must answers be waited for, however short the lease is.
_TTL_MIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class LockFacts:
    """What came of looking, and of a write that must be refused."""

    place: str
    seen: Answer
    #: None where no write was tried.
    put: Answer | Unread


def read_lock(config: Config, now: datetime) -> LockFacts | None:
    """None where none is configured.  Raises ``ObservationError``."""
    if config.lock.s3 is None:
        return None
    connection = AwsConnection(config.aws.region, config.aws.endpoint_url)
    ttl_seconds = max(config.lock.ttl.total_seconds(), _TTL_MIN_SECONDS)
    store = S3Lease(connection, config.lock.s3, ttl_seconds)
    seen = store.look()
    # What is there already, or what anybody may take: should a store not heed the condition.
    nobody = Lease(Holder("none", "autoscaler check"), now, 0, ttl_seconds, released=True)
    lease = seen.lease if isinstance(seen, Found) else nobody
    return LockFacts(store.place, seen, tried(lambda: store.put(Put(lease, _NO_VERSION))))


def judge_lock(facts: LockFacts | Unread | None, place: str | None) -> Iterator[Finding]:
    """Nothing where no lock is configured."""
    if facts is None:
        return
    trouble = facts if isinstance(facts, Unread) else facts.put
    if isinstance(trouble, Unread):
        code = "lock.denied" if trouble.kind == "denied" else "lock.unread"
        mend = "see the way to S3, the bucket's name and its region"
        if trouble.kind == "denied":
            first, second, bucket = LOCK_ACTIONS
            mend = f"allow {first} and {second} on that object, and {bucket} on its bucket"
        yield _ABOUT.wrong(code, f"lock.s3 {place}: {trouble.why}", mend)
    elif isinstance(facts, LockFacts):
        yield _judged(facts)


def _judged(facts: LockFacts) -> Finding:
    if not isinstance(facts.put, Refused):
        says = f"lock.s3 {facts.place}: this store writes whatever the condition, so two could lead"
        return _ABOUT.wrong(
            "lock.unconditional", says, "use S3 itself, or a store that knows If-Match"
        )
    return _ABOUT.ok(
        "lock.s3", f"the lock {facts.place} can be read and written; {_who(facts.seen)}"
    )


def _who(seen: Answer) -> str:
    match seen:
        case Found(lease) if not lease.released:
            return f"{lease.holder.name} led last, from {lease.since:%Y-%m-%d %H:%M} UTC"
        case Found() | Nothing():
            return "nobody has it"
        case _:
            return "who has it is not known"
