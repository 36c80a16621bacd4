"""The lists of samples/, as the dispatcher reads them, and what samples/README.md says of them."""

import io
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.unit.transcoder.builders import LARGE, SMALL, a_plan
from transcoder.core.estimate import work
from transcoder.core.lists import InputList
from transcoder.dispatch import read_lists

SAMPLES = Path(__file__).parents[3] / "samples"
LISTS = ("one.txt", "few.txt", "many.txt")
#: "# What it is: 1 min 24 s, 1920x1080, 7 MB.  Who made it."
_COMMENT = re.compile(
    r"# (?P<what>\S.*): (?:(?P<minutes>\d+) min)? ?(?:(?P<seconds>\d+) s)?, "
    r"(?P<size>a small picture|\d+x\d+|(?:\d+x\d+, )?\d+ MB)\.  (?P<maker>[A-Z].+)\."
)
_HOSTS = {"oceanexplorer.noaa.gov", "images-assets.nasa.gov", "archive.org"}
#: By what the README reckons: 0.17 USD an hour for a machine of four.
_VCPU_HOUR_USD = 0.17 / 4
_MAKERS = {"NOAA", "NASA", "US Navy", "US government"}


@cache
def read(name: str) -> InputList:
    return read_lists([str(SAMPLES / name)], io.BytesIO())


def urls(name: str) -> list[str]:
    return [entry.input for entry in read(name).entries]


def comments(name: str) -> list[re.Match[str]]:
    """What stands above each URL, taken apart."""
    lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    found = []
    for entry in read(name).entries:
        above = lines[entry.line_number - 2]
        match = _COMMENT.fullmatch(above)
        assert match is not None, f"{name}:{entry.line_number - 1}: {above}"
        found.append(match)
    return found


def seconds(name: str) -> int:
    return sum(60 * int(one["minutes"] or 0) + int(one["seconds"] or 0) for one in comments(name))


@pytest.mark.parametrize("name", LISTS)
def test_the_dispatcher_finds_nothing_wrong_with_a_list(name: str) -> None:
    assert read(name).problems == ()
    assert read(name).entries


@pytest.mark.parametrize("name", LISTS)
def test_each_input_comes_over_https_from_a_public_archive(name: str) -> None:
    parts = [urlsplit(url) for url in urls(name)]
    assert {part.scheme for part in parts} == {"https"}
    assert {part.hostname for part in parts} <= _HOSTS
    assert [part.query + part.fragment for part in parts] == [""] * len(parts)


@pytest.mark.parametrize("name", LISTS)
def test_no_input_stands_twice(name: str) -> None:
    assert len(set(urls(name))) == len(urls(name))


@pytest.mark.parametrize("name", LISTS)
def test_each_input_says_what_it_is_how_long_and_whose(name: str) -> None:
    told = comments(name)
    assert len(told) == len(urls(name))
    assert {one["maker"] for one in told} <= _MAKERS
    assert all(one["minutes"] or one["seconds"] for one in told)


def test_a_longer_list_holds_the_shorter_one() -> None:
    """So that what one list made is known to the next, and not made again."""
    one, few, many = (urls(name) for name in LISTS)
    assert few[: len(one)] == one
    assert many[: len(few)] == few


@pytest.mark.parametrize("name", LISTS)
def test_the_readme_tells_how_long_a_list_is_and_what_it_costs(name: str) -> None:
    minutes, rest = divmod(seconds(name), 60)
    processor_hours = seconds(name) * _processor_seconds() / 3600
    told = f"{len(urls(name))} | {minutes} min {rest} s | {processor_hours:.2f} h"

    assert f"| `{name}` | {told} | {processor_hours * _VCPU_HOUR_USD:.2f} USD |" in _readme()


def test_the_readme_reckons_with_what_the_transcoder_guesses() -> None:
    assert f"{60 * _processor_seconds():.0f} s of processor time" in _readme()


def _processor_seconds() -> float:
    """Of one second of 1080p at 30 frames a second, for `small` and `large` together."""
    found = work(a_plan(SMALL, LARGE, duration_seconds=1.0), 1, thorough=True)
    assert found is not None
    return found.cpu_seconds


def _readme() -> str:
    return (SAMPLES / "README.md").read_text(encoding="utf-8")
