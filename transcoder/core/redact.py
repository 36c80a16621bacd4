"""Keep secrets of an input's URL out of logs and outcomes.  Imports the standard library only."""

import re
from urllib.parse import urlsplit

_SECRET = re.compile(
    r"(?i)([?&][^=&#]*(?:signature|sig|token|credential|key|password|secret|auth)[^=&#]*=)[^&#]*"
)


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
