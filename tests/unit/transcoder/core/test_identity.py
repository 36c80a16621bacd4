"""A place is the same for each signing of a URL, and another for whatever names other content."""

import pytest

from transcoder.core.identity import Identity, http_place

V4 = "X-Amz-Algorithm=A&X-Amz-Credential=C%2F1&X-Amz-Date=D&X-Amz-Expires=60&X-Amz-SignedHeaders=h"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://h/a.mp4", "http://h/a.mp4"),
        ("HTTP://H.example:80/A.mp4#t=3", "http://h.example/A.mp4"),
        ("https://h:443", "https://h/"),
        ("https://h:8443/a", "https://h:8443/a"),
        ("http://h:443/a", "http://h:443/a"),
        ("http://h/a?id=7&part=2", "http://h/a?id=7&part=2"),
        (f"https://b.s3/k?versionId=v&{V4}&X-Amz-Signature=beef", "https://b.s3/k?versionId=v"),
        ("https://g/k?x-goog-date=1&x-goog-signature=beef", "https://g/k"),
        ("https://c/k?Expires=1&Signature=s&Key-Pair-Id=K&v=2", "https://c/k?v=2"),
        ("https://c/k?Policy=p&Signature=s&Key-Pair-Id=K", "https://c/k"),
        ("https://s3/k?AWSAccessKeyId=A&Expires=1&Signature=s", "https://s3/k"),
        ("https://a/k?sv=2024&sr=b&se=1&sp=r&sig=beef&snapshot=3", "https://a/k?snapshot=3"),
    ],
)
def test_what_signs_a_url_is_no_part_of_its_place(url: str, place: str) -> None:
    assert http_place(url) == place


@pytest.mark.parametrize(
    "url",
    [
        "http://h/a?expires=1&policy=p",  # Nothing signs it: these may name the content.
        "http://h/a?sr=b&st=7",
        "http://h/a?x-amz-date=1",
    ],
)
def test_without_a_signature_every_parameter_counts(url: str) -> None:
    assert http_place(url) == url


def test_secrets_are_told_apart_without_being_told() -> None:
    one, other = (http_place(f"http://me:pw@h/a?key={key}") for key in ("alpha", "beta"))
    assert one != other
    for place in (one, other):
        assert not any(word in place for word in ("alpha", "beta", "me", "pw"))


def test_a_key_is_of_place_version_and_size() -> None:
    whole = Identity("p", "v", 1)
    assert len(whole.key) == 64
    others = [Identity("q", "v", 1), Identity("p", "w", 1), Identity("p", "v", 2)]
    assert whole.key not in {other.key for other in [*others, Identity("p", "v", None)]}
    assert whole.key == Identity("p", "v", 1).key
