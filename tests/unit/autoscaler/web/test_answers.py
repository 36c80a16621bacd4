"""Refusals, and who can read gzip."""

import json

import pytest

from autoscaler.web.answers import Refusal, accepts_gzip, refused


@pytest.mark.parametrize(
    "header", ["gzip", "br, gzip", "GZIP;q=0.1", "*", "deflate, gzip;q=1.0, *;q=0.5"]
)
def test_those_who_say_so_can(header: str) -> None:
    assert accepts_gzip(header)


@pytest.mark.parametrize("header", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0", "gzipped"])
def test_others_cannot(header: str) -> None:
    assert not accepts_gzip(header)


def test_a_refusal_below_api_is_json_and_elsewhere_two_lines() -> None:
    refusal = Refusal("it is late", "come again")
    api = refused("/api/v1/x", 404, refusal, {"Retry-After": "1"})
    page = refused("/x", 404, refusal)
    assert json.loads(bytes(api.body)) == {"error": "it is late", "mend": "come again"}
    assert api.headers["retry-after"] == "1"
    assert bytes(page.body) == b"404: it is late\ncome again\n"
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
