"""What ``dispatch`` prints: lines for people, or one JSON object a line."""

import json
import sys
import time
from collections.abc import Callable, Sequence

from transcoder.core.children import Child, State, tally
from transcoder.core.lists import Entry
from transcoder.core.redact import redacted
from transcoder.core.survey_text import doing_fields, doing_words, printable
from transcoder.core.task_log import Doing

#: Between two looks at how far the running children are; of so many at once.
_PROGRESS_SECONDS = 10.0
PROGRESS_CHILDREN = 5

#: How far running children are, as far as they tell.
Doings = Callable[[Sequence[Child]], Sequence[tuple[Child, Doing]]]


class Narrator:
    """Prints what happens.  ``doings``, where given, is asked now and then."""

    def __init__(self, *, as_json: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._json = as_json
        self._monotonic = monotonic
        self._shown_at = float("-inf")
        self.doings: Doings | None = None

    @property
    def wants_progress(self) -> bool:
        """Whether anybody may look: lines of progress in a file would only hide the others."""
        return self._json or sys.stderr.isatty()

    def input(self, entry: Entry) -> None:
        """An input that is dispatched next."""
        if not self._json:
            print(f"Input file: {redacted(entry.input)}", flush=True)

    def would_dispatch(self, entry: Entry, profiles: str) -> None:
        """What a dry run leaves out."""
        if self._json:
            self._object("child.planned", input=redacted(entry.input), profile=profiles)
        else:
            print(f"Would dispatch with profile = {profiles}")

    def child(self, child: Child) -> None:
        """A child that was dispatched, or that was there before and so has no evaluation."""
        if not child.evaluation_id:
            self._known(child)
        elif self._json:
            self._object("child.dispatched", **_named(child), evaluation_id=child.evaluation_id)
        else:
            print(f"Dispatched Job ID = {child.id}")
            print(f"Evaluation ID     = {child.evaluation_id[:8]}", flush=True)

    def _known(self, child: Child) -> None:
        if self._json:
            self._object("child.known", **_named(child))
        else:
            print(f"Already there     = {child.id}", flush=True)

    def moved(self, children: Sequence[Child], ends: Sequence[Child]) -> None:
        """How all stand, and why those that just ended did so."""
        for child in ends:
            if self._json:
                self._object(
                    "child.ended",
                    **_named(child),
                    outcome=child.state,
                    reason=child.reason,
                    detail=child.detail,
                    keys=list(child.keys),
                )
            elif child.state is State.FAILED:
                where = f"{child.input} ({child.profiles}, {child.id})"
                print(f"Failed: {printable(where)}: {printable(child.why)}")
        print(f"transcoder: {tally(c.state for c in children)}", file=sys.stderr, flush=True)

    def looked(self, children: Sequence[Child]) -> None:
        """How far running children are, where it is time to tell."""
        instant = self._monotonic()
        if self.doings is None or instant - self._shown_at < _PROGRESS_SECONDS:
            return
        self._shown_at = instant
        for child, doing in self.doings(children):
            if self._json:
                self._object("child.progressed", **_named(child), **doing_fields(doing))
                continue
            words = f"{printable(child.input)} ({child.profiles}): {doing_words(doing)}"
            print(f"transcoder: {words}", file=sys.stderr, flush=True)

    def finished(self, children: Sequence[Child]) -> None:
        """How all ended."""
        counts = tally(child.state for child in children)
        if self._json:
            self._object("children.ended", done=counts.done, failed=counts.failed)
        else:
            print(f"Done: {counts.done}, failed: {counts.failed}", flush=True)

    def _object(self, event: str, **fields: object) -> None:
        print(json.dumps({"event": event, **fields}), flush=True)


def _named(child: Child) -> dict[str, object]:
    return {"input": child.input, "profile": child.profiles, "job_id": child.id}
