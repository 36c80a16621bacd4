"""Documents as bytes: made once for each revision, whoever asks."""

import gzip
from concurrent.futures import ThreadPoolExecutor

from autoscaler.status.documents import Status
from autoscaler.status.json import load
from autoscaler.web.serialised import Serialised
from tests.made_up_board import MadeUpBoard


def test_one_is_made_once_for_each_revision() -> None:
    board = MadeUpBoard(3)
    serialised = Serialised(board)
    first = serialised.status()
    assert serialised.status() is first
    board.set_queue("transcode", 8)
    second = serialised.status()
    assert (second.revision, board.asked) == (first.revision + 1, 2)
    assert load(Status, second.body).pools[0].queue.pending == 8


def test_of_many_who_ask_at_once_one_makes_it() -> None:
    board = MadeUpBoard(50)
    serialised = Serialised(board)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: serialised.nodes(), range(40)))
    assert board.asked == 1
    assert all(one is found[0] for one in found)


def test_a_change_while_it_is_made_is_not_missed() -> None:
    board = MadeUpBoard(3)
    serialised = Serialised(board)
    made = board.status

    def changed_meanwhile() -> Status:
        status = made()
        board.set_queue("transcode", 9)
        return status

    board.status = changed_meanwhile  # type: ignore[method-assign]  # A change at the worst time.
    serialised.status()
    board.status = made  # type: ignore[method-assign]  # As it was.
    assert load(Status, serialised.status().body).pools[0].queue.pending == 9


def test_different_questions_have_different_answers() -> None:
    serialised = Serialised(MadeUpBoard(3))
    assert serialised.decisions(None, 1).body != serialised.decisions(None, 2).body
    assert serialised.history(1).body != serialised.history(2).body


def test_what_was_asked_long_ago_is_forgotten() -> None:
    board = MadeUpBoard(3)
    serialised = Serialised(board)
    for hours in range(1, 10):
        serialised.history(hours)
    assert board.asked == 9
    serialised.history(9)
    assert board.asked == 9
    serialised.history(1)
    assert board.asked == 10


def test_it_is_compressed_once() -> None:
    ready = Serialised(MadeUpBoard(50)).nodes()
    assert ready.is_big
    assert gzip.decompress(ready.gzipped()) == ready.body
    assert ready.gzipped() is ready.gzipped()
