"""Texts that repeat each other: put together again exactly, and what repeats is kept once."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscaler.adapters.journal_pieces import Entry, Volume, fresh_text, texts_of

# Of few letters, so that pieces recur, within a text and between texts.
_SHORT = st.text("ab{},7", max_size=30)
_TEXTS = st.lists(st.one_of(_SHORT, _SHORT.map(lambda one: one * 30)).map(str.encode), max_size=4)


def read(entries, number):
    """The texts of one entry."""
    return texts_of(entries[number].parts, number, lambda at: fresh_text(entries[at].fresh))


def nodes(*states):
    """Many things in one text, as an observation has nodes."""
    return json.dumps([{"id": f"node-{n:04}", "state": s} for n, s in enumerate(states)]).encode()


@settings(deadline=None)
@given(st.lists(_TEXTS, max_size=12))
def test_every_entry_reads_back_as_it_was(written):
    volume = Volume()

    entries = [volume.add(texts) for texts in written]

    assert [read(entries, number) for number in range(len(written))] == [*map(tuple, written)]


def test_only_what_changed_is_written_again():
    volume = Volume()
    states = ["busy"] * 500
    first = volume.add([nodes(*states)])

    states[250] = "idle"
    second = volume.add([nodes(*states)])

    assert fresh_text(second.fresh) == b', {"id": "node-0250", "state": "idle"}'
    assert len(second.fresh) + len(second.parts) < len(first.fresh) / 10


def test_what_was_inserted_or_left_out_does_not_make_the_rest_new():
    volume = Volume()
    volume.add([nodes(*["busy"] * 500)])

    later = volume.add([b"[" + nodes(*["busy"] * 500)[40:-60] + b"]"])

    assert len(fresh_text(later.fresh)) < 100


def test_a_long_list_of_numbers_that_moves_on_by_one_is_mostly_the_same():
    """As service times do: the oldest is forgotten, another is learned."""
    volume, rng = Volume(), random.Random(1)
    numbers = [rng.expovariate(0.01) for _ in range(400)]
    first = volume.add([json.dumps({"": numbers}).encode()])

    second = volume.add([json.dumps({"": [*numbers[1:], 12.5]}).encode()])

    assert len(second.fresh) + len(second.parts) < len(first.fresh) / 5


def test_a_text_that_repeats_another_of_its_entry_costs_nothing():
    text = nodes(*["busy"] * 50)

    entry = Volume().add([text, text])

    assert fresh_text(entry.fresh) == text


def test_a_volume_is_full_after_so_many_entries_and_so_much_text():
    many, much = Volume(), Volume()
    for _ in range(32):
        assert not many.is_full
        many.add([b"{}"])
    for number in range(8):
        assert not much.is_full
        much.add([b"%d" % number * 1024 * 1024])

    assert many.is_full
    assert much.is_full


@pytest.mark.parametrize("parts", [b"no zlib", Volume().add([b"{}"]).parts[:-2]])
def test_parts_that_are_no_longer_whole_are_refused(parts):
    with pytest.raises(ValueError, match="data"):
        texts_of(parts, 0, lambda _: b"{}")


def test_a_fresh_part_that_is_no_longer_whole_is_refused():
    with pytest.raises(ValueError, match="incorrect header check"):
        fresh_text(b"no zlib")


def test_an_entry_whose_earlier_one_is_gone_says_what_its_reader_says():
    volume = Volume()
    volume.add([b"{a}{b}"])
    second: Entry = volume.add([b"{a}{c}"])

    def gone(number):
        raise ValueError(f"no entry {number}")

    with pytest.raises(ValueError, match="no entry 0"):
        texts_of(second.parts, 1, gone)
