"""Keep secrets of an input's URL out of logs and outcomes.  Imports the standard library only."""

import re
from urllib.parse import urlsplit

_NAMES = "signature|sig|token|credential|key|password|secret|auth"
_SECRET = re.compile(rf"(?i)([?&][^=&#]*(?:{_NAMES})[^=&#]*=)[^&#]*")
_NAME = re.compile(_NAMES, re.IGNORECASE)


def names_secret(name: str) -> bool:
    """Whether a parameter of that name may hold a secret."""
    return bool(_NAME.search(name))


def redacted(text: str) -> str:
    """The input as given, less a URL's password and the values of keys and signatures in it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    if parts.scheme.lower() not in ("http", "https"):
        return text
    if "@" in parts.netloc:
        text = text.replace(parts.netloc, "…@" + parts.netloc.rpartition("@")[2], 1)
    return _SECRET.sub(r"\1…", text)
