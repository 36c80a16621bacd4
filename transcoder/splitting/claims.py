"""
Who makes which chunk, as the notes in the store tell.

Of two that claim one chunk at once, one gets it.  Where a claim was wrongly held for dead, both
make the chunk: that costs time, and harms nothing, as both make the same.  Imports ``core``,
``ports`` and ``errors``.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from transcoder.core.chunk_note import (
    Claim,
    Finished,
    Note,
    State,
    read_note,
    state_of,
    write_note,
)
from transcoder.core.profile import Profile
from transcoder.core.split import note_name, part_name, split_id
from transcoder.errors import TaskError
from transcoder.ports import Store

# Often enough that a claim never looks dead, though one or two of its renewals fail.
_RENEWED_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Cutting:
    """One content, cut into ``of`` chunks of these profiles' results."""

    input_md5: str
    profiles: Sequence[Profile]
    of: int


class Claims:
    """
    The notes about one cutting of one content.

    ``wanted`` tells, by the number of a chunk and the name of a profile, the settings and the first
    frame of the parts that are of use; ``by`` tells this task from others.
    """

    def __init__(
        self,
        store: Store,
        monotonic: Callable[[], float],
        cutting: Cutting,
        wanted: Callable[[int], Mapping[str, tuple[str, int]]],
        by: str,
    ) -> None:
        self._store = store
        self._monotonic = monotonic
        self._cutting = cutting
        self._id = split_id(cutting.input_md5, cutting.profiles, cutting.of)
        self._wanted = wanted
        self._claim = Claim(by)
        self._renewed_at = 0.0

    def look(self, number: int) -> tuple[State, Finished | None]:
        """How a chunk stands, and what was made of it; raises TaskError."""
        note = self._store.read(self._name(number))
        told = read_note(note.data) if note is not None else None
        age = note.age_seconds if note is not None else 0.0
        state = state_of(told, age, self._wanted(number))
        return state, told if state is State.MADE and isinstance(told, Finished) else None

    def take(self, number: int) -> bool:
        """Claim a chunk; False where another makes it, or has made it.  Raises TaskError."""
        name, data = self._name(number), write_note(self._claim)
        self._renewed_at = self._monotonic()
        if self._store.write(name, data, only_new=True):
            return True
        state, _ = self.look(number)
        if state is not State.FREE:
            return False
        # Whoever wrote that is gone, or made something else.
        self._store.remove(name)
        return self._store.write(name, data, only_new=True)

    def renew(self, number: int) -> None:
        """Show that the work goes on; cheap to call often."""
        now = self._monotonic()
        if now - self._renewed_at < _RENEWED_SECONDS:
            return
        self._renewed_at = now
        # A claim that is lost costs no more than the work of another.
        with suppress(TaskError):
            self._store.write(self._name(number), write_note(self._claim))

    def finish(self, number: int, told: Note) -> None:
        """Tell what came of the work; raises TaskError."""
        self._store.write(self._name(number), write_note(told))

    def release(self, number: int) -> None:
        """Give a chunk up, so that another need not wait."""
        with suppress(TaskError):
            note = self._store.read(self._name(number))
            if note is not None and read_note(note.data) == self._claim:
                self._store.remove(self._name(number))

    def forget(self, number: int) -> None:
        """Remove what was made of a chunk, and its note; raises TaskError."""
        cutting = self._cutting
        # First the note: without it nobody looks for the parts.
        self._store.remove(self._name(number))
        for profile in cutting.profiles:
            self._store.remove(part_name(cutting.input_md5, profile, number, cutting.of))

    def _name(self, number: int) -> str:
        return note_name(self._id, number, self._cutting.of)
