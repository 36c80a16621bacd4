"""What results are called, and which places and inputs are named."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.naming import (
    S3Place,
    is_host_named,
    is_md5,
    output_name,
    parse_s3_object,
    parse_s3_place,
    parts_name,
    scheme_of,
)

MD5 = "0123456789abcdef0123456789abcdef"


def test_a_result_is_named_by_content_and_profile() -> None:
    assert output_name(MD5, "small") == f"out-{MD5}-small.mp4"


_PROFILES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,30}", fullmatch=True)
_DIGESTS = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)


@given(profile=_PROFILES, suffix=st.sampled_from(["mp4", "m4a", "jpg", "vtt", "m3u8"]))
def test_a_name_tells_content_profile_and_kind(profile: str, suffix: str) -> None:
    name = output_name(MD5, profile, suffix)
    found = re.fullmatch(r"out-([0-9a-f]{32})-([a-z0-9-]+)\.([a-z0-9]+)", name)
    assert found is not None
    assert found.groups() == (MD5, profile, suffix)


@given(profile=_PROFILES, first=_DIGESTS, second=_DIGESTS)
def test_parts_of_other_settings_lie_elsewhere_and_never_where_a_result_does(
    profile: str, first: str, second: str
) -> None:
    assert (parts_name(MD5, profile, first) == parts_name(MD5, profile, second)) == (
        first == second
    )
    assert "." not in parts_name(MD5, profile, first)
    assert "/" not in parts_name(MD5, profile, first)


@pytest.mark.parametrize("md5", ["", "abc", MD5.upper(), MD5 + "0", f"{MD5}\n", "../" + MD5[3:]])
def test_a_broken_md5_is_refused_so_that_inputs_never_share_a_name(md5: str) -> None:
    with pytest.raises(ValueError, match="no MD5"):
        output_name(md5, "small")
    with pytest.raises(ValueError, match="no MD5"):
        parts_name(md5, "small", "0" * 16)
    assert not is_md5(md5)


@given(st.binary(max_size=64), st.binary(max_size=64), st.sampled_from(["small", "large"]))
def test_names_are_equal_only_for_equal_contents(one: bytes, other: bytes, profile: str) -> None:
    def name(content: bytes) -> str:
        return output_name(hashlib.md5(content).hexdigest(), profile)

    assert (name(one) == name(other)) == (one == other)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("s3://vids", S3Place("vids", "")),
        ("s3://vids/", S3Place("vids", "")),
        ("s3://vids/videos", S3Place("vids", "videos/")),
        ("s3://vids//a/b/", S3Place("vids", "a/b/")),
        ("S3://vids/videos/", S3Place("vids", "videos/")),
    ],
)
def test_a_place_in_s3_is_read(url: str, place: S3Place) -> None:
    assert parse_s3_place(url) == place


def test_a_key_is_the_prefix_and_the_name() -> None:
    assert parse_s3_place("s3://vids/videos").key("x.mp4") == "videos/x.mp4"
    assert parse_s3_place("s3://vids").key("x.mp4") == "x.mp4"


@pytest.mark.parametrize("url", ["s3://", "s3:///x", "s3://No_Bucket/x", "http://vids/x", "vids"])
def test_what_is_no_place_in_s3_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no place in S3"):
        parse_s3_place(url)


def test_an_objects_key_may_hold_what_a_url_would_cut_off() -> None:
    assert parse_s3_object("s3://vids/a b?c#d%20e") == ("vids", "a b?c#d%20e")


def test_a_bucket_alone_is_no_input() -> None:
    with pytest.raises(ValueError, match="an object is wanted"):
        parse_s3_object("s3://vids/")


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("http://h/x", "http"),
        ("HTTPS://h/x", "https"),
        ("httpfile.mp4", ""),
        ("/a/b://c", ""),
        ("a b://c", ""),
        ("-i://x", ""),
        ("C:\\x", ""),
    ],
)
def test_a_scheme_is_told_from_a_path(text: str, scheme: str) -> None:
    assert scheme_of(text) == scheme


@pytest.mark.parametrize("url", ["http:///x", "http://", "http://h:port/", "http://h:99999/"])
def test_a_url_without_a_host_cannot_be_asked(url: str) -> None:
    assert not is_host_named(url)
    assert is_host_named("http://127.0.0.1:80/x y")
