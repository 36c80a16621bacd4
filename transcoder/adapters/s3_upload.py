"""
One delivery on its way into a bucket, and who wins where two tasks deliver the same.

Everything is done in the background; the main thread only waits, so that a signal finds it free.
Imports ``ports``, ``errors``, botocore and its neighbours.
"""

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, suppress
from functools import partial

from transcoder.adapters.background import apart, result_of
from transcoder.adapters.s3 import SDK_ERRORS, code_of, is_lost_race, refuses_conditions
from transcoder.adapters.s3_sending import Bucket, InParts, Sending, Target, Whole
from transcoder.adapters.s3_told import Nothing, There, as_metadata, look
from transcoder.errors import Reason, TaskError
from transcoder.ports import Delivery, Item

# Of two tasks that meet, one wins in the second round.
_ROUNDS_MOST = 4
# What is answered where the older result, or our own upload, is gone.
_GONE = ("NoSuchUpload", "NoSuchKey")
_DELETED_AT_ONCE = 1000


class S3Upload:
    """
    Sends a delivery: ``begin`` first, ``end`` at last.

    ``key`` makes a key of a name; ``told`` turns what the SDK raises into a TaskError.
    """

    def __init__(
        self,
        bucket: Bucket,
        delivery: Delivery,
        key: Callable[[str], str],
        told: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._bucket = bucket
        self._delivery = delivery
        self._key = key
        self._told = told
        self._stop = threading.Event()
        # Tells our own object from another's where S3's answer was lost on its way here.
        self._attempt = secrets.token_hex(8)
        self._begun: Future[There | Nothing]
        self._finished: Future[bool] | None = None
        #: None where the very result was there before.
        self._main: Whole | InParts | None = None
        self._large_parts: list[InParts] = []
        self._small_parts: list[Future[None]] = []
        self._put_keys: list[str] = []

    def begin(self) -> None:
        """Let the bytes travel."""
        self._begun = apart(self._begin)

    def finish(self) -> bool:
        """See ``ports.Upload``."""
        self._finished = apart(self._finish)
        with self._told():
            return result_of(self._finished)

    def end(self) -> None:
        """Stop what is on its way, and leave nothing of what was not finished."""
        done = self._finished
        if done is not None and done.done() and done.exception() is None and done.result():
            return
        self._stop.set()
        self._bucket.patience.wait_for(apart(self._clean))

    def _begin(self) -> There | Nothing:
        there = self._look()
        if self._is_same(there):
            return there
        metadata = as_metadata(self._delivery, self._attempt)
        self._main = self._send(self._delivery.main, metadata)
        for part in self._delivery.parts:
            sending = self._send(part, {})
            if isinstance(sending, InParts):
                self._large_parts.append(sending)
            else:
                put = partial(self._put_part, sending, self._key(part.name))
                self._small_parts.append(self._bucket.crew.submit(put))
        return there

    def _send(self, item: Item, metadata: Mapping[str, str]) -> Whole | InParts:
        target = Target(self._key(item.name), item.content_type, metadata)
        # In parts even where one is enough: its bytes travel before it may be seen.
        kind = Whole if item.path.stat().st_size <= self._bucket.whole_bytes else InParts
        return kind(self._bucket, item.path, target, self._stop)

    def _put_part(self, sending: Whole, key: str) -> None:
        self._put_keys.append(key)
        sending.complete({})

    def _finish(self) -> bool:
        there = self._begun.result()
        if self._main is None:
            return False
        for part in self._small_parts:
            part.result()
        for sending in self._large_parts:
            sending.complete({})
        return self._show(self._main, there)

    def _show(self, main: Sending, there: There | Nothing) -> bool:
        condition = _condition(there)
        for _ in range(_ROUNDS_MOST):
            if self._complete(main, condition):
                self._compare(main)
                return True
            there = self._look()
            if self._is_same(there):
                return isinstance(there, There) and there.attempt == self._attempt
            # What we may not see we may replace: it is whole before and after.
            condition = {} if there == Nothing(is_sure=False) else _condition(there)
        raise TaskError(Reason.STORE_UNAVAILABLE, f"{self._about} is changed again and again")

    def _complete(self, main: Sending, condition: Mapping[str, str]) -> bool:
        """Let the main file be seen; False where another was quicker."""
        try:
            main.complete(condition)
        except SDK_ERRORS as error:
            if condition and refuses_conditions(error):
                # A store that knows no conditions; what is put there is whole all the same.
                main.complete({})
                return True
            if is_lost_race(error) or code_of(error) in _GONE:
                return False
            raise
        return True

    def _compare(self, main: Sending) -> None:
        """Hold what the bucket has against what was sent; remove it where that is not the same."""
        there = self._look()
        if there == Nothing(is_sure=True):
            raise TaskError(Reason.STORE_UNAVAILABLE, f"{self._about} is gone at once")
        # Another may have replaced it by now, and we may have no right to look.
        if isinstance(there, Nothing) or there.attempt != self._attempt:
            return
        sent = self._delivery.main.path.stat().st_size
        if there.bytes != sent:
            self._delete([self._key(self._delivery.main.name)])
            detail = f"{self._about} held {there.bytes} bytes, not the {sent} that were sent"
            raise TaskError(Reason.STORE_UNAVAILABLE, detail)
        if there.sha256 and main.checksum and there.sha256 != main.checksum:
            self._delete([self._key(self._delivery.main.name)])
            detail = f"{self._about} held other bytes than those that were sent"
            raise TaskError(Reason.STORE_UNAVAILABLE, detail)

    def _clean(self) -> None:
        wait([self._begun])
        for sending in (self._main, *self._large_parts):
            if sending is not None:
                with suppress(*SDK_ERRORS):
                    sending.abandon()
        for part in self._small_parts:
            part.cancel()
        wait(self._small_parts)
        if self._finished is not None:
            wait([self._finished])
        # They have the same names in another task's delivery of the same settings.
        if self._put_keys and not self._is_same(self._look()):
            self._delete(self._put_keys)

    def _delete(self, keys: Sequence[str]) -> None:
        for first in range(0, len(keys), _DELETED_AT_ONCE):
            objects = [{"Key": key} for key in keys[first : first + _DELETED_AT_ONCE]]
            with suppress(*SDK_ERRORS):
                self._bucket.client.delete_objects(
                    Bucket=self._bucket.name, Delete={"Objects": objects, "Quiet": True}
                )

    def _look(self) -> There | Nothing:
        return look(self._bucket.client, self._bucket.name, self._key(self._delivery.main.name))

    def _is_same(self, there: There | Nothing) -> bool:
        return isinstance(there, There) and there.settings == self._delivery.label.settings

    @property
    def _about(self) -> str:
        return f"s3://{self._bucket.name}/{self._key(self._delivery.main.name)}"


def _condition(there: There | Nothing) -> dict[str, str]:
    return {"IfMatch": there.etag} if isinstance(there, There) else {"IfNoneMatch": "*"}
