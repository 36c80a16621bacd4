"""
Take typed values out of plain mappings, strictly: every problem is kept, with its path.

By hand rather than by pydantic: that import alone costs half of a task's start-up.
Imports the standard library only.
"""

from collections.abc import Iterator, Mapping


class MappingReader:
    """Takes typed values out of one mapping and keeps every problem with its path."""

    def __init__(self, raw: object, path: str, problems: list[str]) -> None:
        self._path = path
        self._problems = problems
        self._seen: set[str] = set()
        self._raw: Mapping[object, object] = raw if isinstance(raw, Mapping) else {}
        # What is wrong with a mapping as a whole is told once, not for each of its keys.
        self._silent = not isinstance(raw, Mapping)
        if self._silent and raw is not None:
            problems.append(f"{path}: is {raw!r}; a mapping is wanted")

    def section(self, key: str) -> "MappingReader":
        """The mapping at a key."""
        return MappingReader(self._take(key), self._at(key), self._problems)

    def sections(self) -> Iterator[tuple[str, "MappingReader"]]:
        """Every entry by name, as a mapping; those that are null were taken out."""
        for key, value in self._raw.items():
            name = str(key)
            self._seen.add(name)
            if value is not None:
                yield name, MappingReader(value, self._at(name), self._problems)

    def has(self, key: str) -> bool:
        """Whether a key that must be given, if only as null, holds something."""
        self._seen.add(key)
        if not self._silent and key not in self._raw:
            self._problems.append(f"{self._at(key)}: is missing; null leaves it out")
        return self._raw.get(key) is not None

    def text(self, key: str, allowed: tuple[str, ...] = ()) -> str:
        """A text, one of ``allowed`` where there are such."""
        value = self._take(key)
        if isinstance(value, str) and value and (not allowed or value in allowed):
            return value
        self._refuse(key, value, f"one of {', '.join(allowed)}" if allowed else "text")
        return ""

    def number(self, key: str, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self._take(key)
        # A bool is an int to Python, and `yes` a bool to YAML.
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self._refuse(key, value, f"a whole number from {least} to {most}")
        return least

    def real(self, key: str, least: float, most: float) -> float:
        """A number within bounds."""
        value = self._take(key)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and least <= value <= most
        ):
            return float(value)
        self._refuse(key, value, f"a number from {least:g} to {most:g}")
        return least

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._take(key)
        if isinstance(value, bool):
            return value
        self._refuse(key, value, "true or false")
        return False

    def end(self) -> None:
        """Refuse what nobody asked for."""
        for key, value in self._raw.items():
            # A key that is null was taken out by a file that lies over another.
            if key not in self._seen and value is not None:
                known = ", ".join(sorted(self._seen))
                self._problems.append(f"{self._at(str(key))}: unknown; known are {known}")

    def problem(self, key: str, words: str) -> None:
        """Keep a problem that the caller found."""
        self._problems.append(f"{self._at(key)}: {words}")

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}"

    def _take(self, key: str) -> object:
        self._seen.add(key)
        value = self._raw.get(key)
        if not self._silent and value is None:
            self._problems.append(f"{self._at(key)}: is missing")
        return value

    def _refuse(self, key: str, value: object, wanted: str) -> None:
        if value is not None:
            self._problems.append(f"{self._at(key)}: is {value!r}; {wanted} is wanted")
