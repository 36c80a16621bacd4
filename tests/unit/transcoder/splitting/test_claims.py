"""Who makes which chunk, by notes alone."""

from dataclasses import dataclass, field

import pytest

from tests.unit.transcoder.builders import SMALL
from tests.unit.transcoder.fakes import MD5, FakeStore
from transcoder.core.chunk_note import DEAD_SECONDS, Claim, Finished, Part, State, Unfit, write_note
from transcoder.core.split import note_name, part_name, split_id
from transcoder.errors import Reason, TaskError
from transcoder.ports import Note
from transcoder.splitting.claims import Claims, Cutting

NAME = note_name(split_id(MD5, (SMALL,), 4), 2, 4)
DONE = Finished({"small": Part(SMALL.digest, 50, 50, "x")}, 0)
AWAY = TaskError(Reason.STORE_UNAVAILABLE, "away")


@dataclass
class AgedStore(FakeStore):
    """Notes are as old as they are told to be, and new ones are new."""

    ages: dict[str, float] = field(default_factory=dict)

    def read(self, name: str) -> Note | None:
        note = super().read(name)
        return note and Note(note.data, self.ages.get(name, 0.0))

    def write(self, name: str, data: bytes, *, only_new: bool = False) -> bool:
        done = super().write(name, data, only_new=only_new)
        if done:
            self.ages[name] = 0.0
        return done


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> AgedStore:
    return AgedStore()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def claims(store: AgedStore, clock: Clock, by: str = "me") -> Claims:
    cutting = Cutting(MD5, (SMALL,), 4)
    return Claims(store, clock, cutting, lambda _number: {"small": (SMALL.digest, 50)}, by)


def test_of_two_one_gets_a_chunk(store: AgedStore, clock: Clock) -> None:
    assert claims(store, clock, "one").take(2)
    assert not claims(store, clock, "other").take(2)
    assert claims(store, clock, "other").look(2) == (State.CLAIMED, None)
    assert claims(store, clock, "other").take(3)


def test_a_claim_that_nobody_renews_is_taken_over(store: AgedStore, clock: Clock) -> None:
    assert claims(store, clock, "lost").take(2)
    store.ages[NAME] = DEAD_SECONDS
    mine = claims(store, clock)
    assert mine.look(2) == (State.FREE, None)
    assert mine.take(2)
    assert store.notes[NAME] == write_note(Claim("me"))


def test_a_claim_is_renewed_while_the_work_goes_on(store: AgedStore, clock: Clock) -> None:
    mine = claims(store, clock)
    assert mine.take(2)
    for passed, age in ((5, 30.0), (30, 0.0)):
        store.ages[NAME] = 30.0
        clock.now += passed
        mine.renew(2)
        assert store.ages[NAME] == age


def test_a_store_that_is_away_for_a_moment_costs_no_work(store: AgedStore, clock: Clock) -> None:
    mine = claims(store, clock)
    assert mine.take(2)
    clock.now += 60
    store.away = AWAY
    mine.renew(2)
    mine.release(2)
    store.away = None
    assert NAME in store.notes


def test_what_was_made_is_told_and_not_made_again(store: AgedStore, clock: Clock) -> None:
    mine = claims(store, clock)
    assert mine.take(2)
    mine.finish(2, DONE)
    store.ages[NAME] = 1e9
    assert claims(store, clock, "other").look(2) == (State.MADE, DONE)
    assert not claims(store, clock, "other").take(2)


def test_a_chunk_that_cannot_be_made_is_not_tried_again(store: AgedStore, clock: Clock) -> None:
    claims(store, clock).finish(2, Unfit("why"))
    assert claims(store, clock).look(2) == (State.UNFIT, None)
    assert not claims(store, clock).take(2)


def test_a_note_of_another_plan_is_replaced(store: AgedStore, clock: Clock) -> None:
    other = Finished({"small": Part(SMALL.digest, 75, 50, "x")}, 0)
    claims(store, clock).finish(2, other)
    assert claims(store, clock).take(2)


def test_only_ones_own_claim_is_given_up(store: AgedStore, clock: Clock) -> None:
    assert claims(store, clock, "other").take(2)
    claims(store, clock).release(2)
    assert NAME in store.notes
    claims(store, clock, "other").release(2)
    assert NAME not in store.notes


def test_what_is_forgotten_leaves_neither_note_nor_part(store: AgedStore, clock: Clock) -> None:
    mine = claims(store, clock)
    mine.finish(2, DONE)
    store.notes[part_name(MD5, SMALL, 2, 4)] = b"part"
    mine.forget(2)
    assert store.notes == {}
