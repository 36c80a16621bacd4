"""The little Markdown that the generated references are made of."""

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Written from the code by `python -m tests.docs`: change that, not this. -->"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars in its cells are kept from ending them."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(_cell(one) for one in line)} |" for line in lines)


def joined(parts: Iterable[str]) -> str:
    """Parts of a page, a blank line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
