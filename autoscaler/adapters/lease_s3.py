"""
The lease as an object in S3, written only by conditional puts: what nobody else wrote since.

Translates; decides nothing.  Imports core.lease, errors and the way to AWS beside it.
"""

import json
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from autoscaler.adapters.aws import AwsConnection, read
from autoscaler.core.lease import Answer, Found, Holder, Lease, Nothing, Put, Refused, Written
from autoscaler.errors import MalformedReply

_NOTHING = "NoSuchKey"
#: Another's write came first; of two at the very same time; and there is nothing to write onto.
_REFUSED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", _NOTHING})
#: Ours has some 200 bytes; what is longer is no lease of ours.
_BYTES_MAX = 4096
#: Of the lease's length, what a call may take: a leader outlasts one that is not answered.
_CALL = 1 / 6


class S3Lease:
    """Where all daemons of a group look."""

    def __init__(self, connection: AwsConnection, uri: str, ttl_seconds: float) -> None:
        """``uri``: ``s3://BUCKET/KEY``.  Calls are short beside ``ttl_seconds``."""
        self.place = uri
        self._bucket, _, self._key = uri.removeprefix("s3://").partition("/")
        # One attempt: the claim counts from the beginning of each, and tries again by itself.
        self._s3 = connection.client("s3", call_seconds=ttl_seconds * _CALL, attempts_max=1)

    def look(self) -> Answer:
        """What is there.  Raises ``ObservationError``."""
        try:
            reply = read("GetObject", self._get)
        except _Nothing:
            return Nothing()
        return Found(_lease(reply[0], self.place), reply[1])

    def put(self, move: Put) -> Answer:
        """Write, on its condition.  Raises ``ObservationError`` where the outcome is not known."""
        condition = {"IfNoneMatch": "*"} if move.onto is None else {"IfMatch": move.onto}
        body = json.dumps(_form(move.lease), indent=2).encode() + b"\n"

        def send() -> Any:
            try:
                return self._s3.put_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    Body=body,
                    ContentType="application/json",
                    **condition,
                )
            except ClientError as error:
                if _code(error) in _REFUSED:
                    return None
                raise

        reply = read("PutObject", send)
        return Refused() if reply is None else Written(reply["ETag"])

    def _get(self) -> tuple[bytes, str]:
        try:
            reply = self._s3.get_object(Bucket=self._bucket, Key=self._key)
        except ClientError as error:
            if _code(error) == _NOTHING:
                raise _Nothing from error
            raise
        # All of it, which botocore holds against the length that was told; or none.
        body = reply["Body"].read() if reply["ContentLength"] <= _BYTES_MAX else b""
        return body, reply["ETag"]


class _Nothing(Exception):
    """There is no object."""


def _code(error: ClientError) -> object:
    return error.response.get("Error", {}).get("Code")


def _form(lease: Lease) -> dict[str, Any]:
    return {
        "holder": lease.holder.name,
        "id": lease.holder.id,
        "since": lease.since.isoformat(),
        "number": lease.number,
        "ttl_seconds": lease.ttl_seconds,
        "released": lease.released,
    }


def _lease(body: bytes, place: str) -> Lease:
    try:
        form = json.loads(body)
        return Lease(
            holder=Holder(str(form["id"]), str(form["holder"])),
            since=datetime.fromisoformat(form["since"]),
            number=int(form["number"]),
            ttl_seconds=float(form["ttl_seconds"]),
            released=form["released"] is True,
        )
    except (ValueError, TypeError, KeyError) as error:
        message = f"{place} is no lease of an autoscaler; move it away, or mend lock.s3"
        raise MalformedReply(message, stage="lock") from error
