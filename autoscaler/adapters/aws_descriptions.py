"""
The AWS services' descriptions, read into half the memory that botocore's own reader takes.

botocore keeps what it read for as long as it runs: EC2's 700 calls, with their documentation.
Imports the standard library only.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

#: In botocore's order.
_ENDINGS = (".json", ".json.gz")


class LeanFiles:
    """Reads what botocore's ``JSONFileLoader`` reads, less documentation, and each word once."""

    def exists(self, file_path: str) -> bool:
        """Whether there is a description at ``file_path``, which lacks the ending."""
        return any(Path(file_path + ending).is_file() for ending in _ENDINGS)

    def load_file(self, file_path: str) -> Any:
        """The description at ``file_path``, which lacks the ending; None where there is none."""
        for ending in _ENDINGS:
            path = Path(file_path + ending)
            if path.is_file():
                content = path.read_bytes()
                text = gzip.decompress(content) if ending.endswith(".gz") else content
                return _as_asked_for(json.loads(text, object_pairs_hook=_lean))
        return None


def _as_asked_for(described: Any) -> Any:
    """S3's has some whose documentation botocore wants to be there, and never looks at."""
    settings = described.get("clientContextParams") if isinstance(described, dict) else None
    for one in (settings or {}).values():
        one["documentation"] = ""
    return described


def _lean(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A field of an answer may have that name too; what stands there is no text then.
    return {
        key: sys.intern(value) if isinstance(value, str) else value
        for key, value in pairs
        if key != "documentation" or not isinstance(value, str)
    }
