"""
What results are called: content and profile decide the name, so that a repeated task finds its own.

Imports the standard library only.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_MD5 = re.compile(r"[0-9a-f]{32}")
# What S3 allows: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where in S3: ``prefix`` is empty or ends with a slash, and never starts with one."""

    bucket: str
    prefix: str

    def key(self, name: str) -> str:
        return self.prefix + name


def is_md5(text: str) -> bool:
    """Whether a text is a whole MD5, as this package writes it."""
    return bool(_MD5.fullmatch(text))


def output_name(input_md5: str, profile: str, suffix: str = "mp4") -> str:
    """
    ``out-<md5>-<profile>.<suffix>``.

    Raises ValueError for anything but a whole MD5: with an empty one all inputs would share a name.
    """
    return f"{_stem(input_md5, profile)}.{suffix}"


def parts_name(input_md5: str, profile: str, settings: str) -> str:
    """
    ``out-<md5>-<profile>-<settings>``: the folder of what a main file refers to.

    It carries the settings' digest, so that a result made anew never mixes with an older one.
    """
    return f"{_stem(input_md5, profile)}-{settings}"


def _stem(input_md5: str, profile: str) -> str:
    if not is_md5(input_md5):
        raise ValueError(f"{input_md5!r} is no MD5 in 32 hex digits")
    return f"out-{input_md5}-{profile}"


def parse_s3_place(url: str) -> S3Place:
    """The place that ``s3://BUCKET[/PREFIX]`` names; raises ValueError with what is wrong."""
    bucket, prefix = _split(url)
    prefix = prefix.strip("/")
    return S3Place(bucket, f"{prefix}/" if prefix else "")


def parse_s3_object(url: str) -> tuple[str, str]:
    """Bucket and key that ``s3://BUCKET/KEY`` names; raises ValueError with what is wrong."""
    bucket, key = _split(url)
    if not key:
        raise ValueError(f"{url!r} names a bucket; an object is wanted: s3://BUCKET/KEY")
    return bucket, key


def _split(url: str) -> tuple[str, str]:
    # Not urlsplit for the key: `?` and `#` are ordinary characters in one.
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme.lower() != "s3" or not _BUCKET.fullmatch(bucket):
        raise ValueError(f"{url!r} is no place in S3; s3://BUCKET/… is wanted")
    return bucket, key


def scheme_of(text: str) -> str:
    """``http`` for ``http://…``, in lower case; empty for a file's path."""
    head, separator, _ = text.partition("://")
    return head.lower() if separator and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", head) else ""


def is_host_named(url: str) -> bool:
    """Whether an http URL can be asked at all: it has a host, and a port that is a port."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
