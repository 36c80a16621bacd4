"""What the children of one input are asked for."""

from tests.unit.transcoder.builders import LARGE, POSTER, SMALL
from transcoder.core.chunk import Chunk
from transcoder.core.order import Order, split, told_order, whole


def test_an_input_that_is_not_cut_has_a_child_for_each_set() -> None:
    orders = whole([(SMALL,), (LARGE, POSTER)])
    assert [order.meta("in.mp4") for order in orders] == [
        {"input": "in.mp4", "profile": "small"},
        {"input": "in.mp4", "profile": "large,poster"},
    ]
    assert split([(SMALL,), (LARGE, POSTER)], 1) == orders, "one piece is no split"


def test_pieces_come_first_then_what_joins_them_then_what_is_never_cut() -> None:
    orders = split([(SMALL, POSTER, LARGE)], 2)
    assert [str(order) for order in orders] == [
        "small,large 1/2",
        "small,large 2/2",
        "small,large join/2",
        "poster",
    ]
    assert orders[2].meta("in.mp4")["chunk"] == "join/2"


def test_a_set_of_which_nothing_can_be_cut_is_one_child() -> None:
    assert split([(POSTER,)], 8) == [Order("poster")]


def test_a_set_that_is_cut_as_a_whole_has_no_further_child() -> None:
    assert [str(order) for order in split([(SMALL,)], 2)] == [
        "small 1/2",
        "small 2/2",
        "small join/2",
    ]


def test_metadata_tells_the_order_that_it_was_made_of() -> None:
    for order in (Order("small"), Order("small", Chunk(3, 8)), Order("small", Chunk(None, 8))):
        assert told_order(order.meta("x")) == str(order)
    assert told_order({}) == ""
