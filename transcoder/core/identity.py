"""
Which version of an input a source has, as far as it can be told without the content.

Imports ``redact``.
"""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from transcoder.core.redact import names_secret


@dataclass(frozen=True, slots=True)
class Identity:
    """
    A place, without secrets, and what its owner calls the version that is there now.

    Only strong validators make one: a weak ETag does not promise the same bytes.
    """

    place: str
    version: str
    bytes: int | None

    @property
    def key(self) -> str:
        """Sixty-four hex digits, fit for a name."""
        told = "\n".join((self.place, self.version, str(self.bytes)))
        return hashlib.sha256(told.encode()).hexdigest()


# What signs a URL, by the parameter that holds the signature: it says who may read until when, and
# nothing of what is read.  Every signing makes it anew.
_SIGNING = {
    "x-amz-signature": ("x-amz-",),
    "x-goog-signature": ("x-goog-",),
    # CloudFront, and the older signatures of S3, Google and Alibaba.
    "signature": (
        *("signature", "expires", "policy", "key-pair-id"),
        *("awsaccesskeyid", "googleaccessid", "ossaccesskeyid", "security-token"),
    ),
}
# Azure's names are so short that others may use them: they count only with its version beside them.
_AZURE = frozenset(
    (
        *("sig", "se", "st", "sp", "sr", "sv", "spr", "sip", "ss", "srt"),
        *("skoid", "sktid", "skt", "ske", "sks", "skv"),
    )
)


def http_place(url: str) -> str:
    """
    Where a URL points, whoever asks and whenever: the same for each signing of one object.

    Any other parameter may name the content and stays; the value of one that looks secret is told
    by six digits of its hash, enough to tell two apart and too few to find it out.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port
    if port is not None and (parts.scheme.lower(), port) not in (("http", 80), ("https", 443)):
        host = f"{host}:{port}"
    user = f"{_hinted(parts.username)}@" if parts.username else ""
    query = _unsigned(parts.query.split("&")) if parts.query else []
    asked = "?" + "&".join(query) if query else ""
    return f"{parts.scheme.lower()}://{user}{host}{parts.path or '/'}{asked}"


def _unsigned(query: list[str]) -> list[str]:
    names = {_name(part) for part in query}
    dropped = tuple(start for sign, starts in _SIGNING.items() if sign in names for start in starts)
    azure = _AZURE if {"sig", "sv"} <= names else frozenset()
    kept = [
        part
        for part in query
        if _name(part) not in azure and not (dropped and _name(part).startswith(dropped))
    ]
    return [_without_secret(part) for part in kept]


def _name(part: str) -> str:
    return part.partition("=")[0].lower()


def _without_secret(part: str) -> str:
    name, _, value = part.partition("=")
    return f"{name}={_hinted(value)}" if names_secret(name) else part


def _hinted(text: str) -> str:
    return "~" + hashlib.sha256(text.encode()).hexdigest()[:6]
