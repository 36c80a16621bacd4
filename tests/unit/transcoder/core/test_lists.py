"""Dispatch lists, as people and their editors write them."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.lists import InputList, read_list

HERE = PurePosixPath("/lists")


def read(raw: bytes, *files: str) -> InputList:
    return read_list(raw, "many.txt", HERE, lambda path: path in files)


def inputs(raw: bytes, *files: str) -> list[str]:
    found = read(raw, *files)
    assert found.problems == ()
    return [entry.input for entry in found.entries]


def test_blank_lines_comments_spaces_crlf_and_a_mark_are_fine() -> None:
    raw = (
        b"\xef\xbb\xbf# the first line\r\n"
        b"http://h/a.mp4\r\n"
        b"\r\n"
        b"   http://h/b.mp4 \t # the second\r\n"
        b"\t# nothing\r\n"
        b"s3://vids/in/c.mp4"
    )
    assert inputs(raw) == ["http://h/a.mp4", "http://h/b.mp4", "s3://vids/in/c.mp4"]


def test_a_mark_inside_a_word_is_no_comment() -> None:
    assert inputs(b"http://h/a#t=10\n/x/a#b.mp4\n", "/x/a#b.mp4") == [
        "http://h/a#t=10",
        "/x/a#b.mp4",
    ]


def test_a_relative_path_belongs_to_the_lists_directory() -> None:
    assert inputs(b"in/a b.mp4\n./-c.mp4\n", "/lists/in/a b.mp4", "/lists/-c.mp4") == [
        "/lists/in/a b.mp4",
        "/lists/-c.mp4",
    ]


def test_an_entry_knows_its_line() -> None:
    (entry,) = read(b"\n\nhttp://h/a\n").entries
    assert (entry.list_name, entry.line_number) == ("many.txt", 3)


def test_every_problem_is_told_with_list_and_line() -> None:
    raw = b"gone.mp4\nhttp://h/fine\nftp://h/x\nhttp:///x\ns3://vids\na\x07b\n"
    assert read(raw).problems == (
        "many.txt:1: there is no file /lists/gone.mp4",
        "many.txt:3: ftp://h/x: ftp:// is not known; http, https, s3 and files are",
        "many.txt:4: http:///x names no host",
        "many.txt:5: 's3://vids' names a bucket; an object is wanted: s3://BUCKET/KEY",
        "many.txt:6: '/lists/a\\x07b' holds control characters",
    )


def test_a_video_given_for_a_list_is_one_problem() -> None:
    raw = b"http://h/a\n" + b"\x00\xff\xfe\n" * 50
    assert read(raw).problems == ("many.txt:2: is no UTF-8 text; a list names one input a line",)


def test_a_file_url_is_left_to_the_task() -> None:
    assert inputs(b"file:///x/a.mp4\n") == ["file:///x/a.mp4"]


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"# only this", b"\xef\xbb\xbf"])
def test_an_empty_list_names_nothing(raw: bytes) -> None:
    assert read(raw) == InputList((), ())


@given(st.binary(max_size=200))
def test_whatever_a_list_holds_is_read_or_told(raw: bytes) -> None:
    found = read(raw)
    for entry in found.entries:
        assert entry.input == entry.input.strip()
        assert entry.input.isprintable()
    assert all(problem.startswith("many.txt:") for problem in found.problems)


@given(st.lists(st.sampled_from(["http://h/a", "s3://vids/k", "  ", "# c"]), max_size=8))
def test_line_ends_do_not_matter(lines: list[str]) -> None:
    unix, dos = "\n".join(lines).encode(), "\r\n".join(lines).encode()
    assert read(unix) == read(dos)
