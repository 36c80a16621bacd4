"""``python -m tests.docs``: write docs/reference/ from the code; a test says when that is due."""

import sys
from pathlib import Path

from tests.docs.references import REFERENCES, ROOT


def main() -> int:
    """Write each reference that has changed, and name it."""
    for name, made in REFERENCES.items():
        path = ROOT / "docs" / "reference" / name
        text = made()
        if not path.is_file() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return 0


sys.exit(main())
