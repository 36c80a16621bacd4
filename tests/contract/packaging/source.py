"""The project's own files, in a checkout and in an unpacked source distribution alike."""

import os
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[3]

#: What git and setuptools keep of their own.
_FOREIGN = (".git", "PKG-INFO")


def own_files(root: Path) -> tuple[str, ...]:
    """All that .gitignore does not speak of, as ``folder/name``, in order."""
    lines = (root / ".gitignore").read_text().splitlines()
    ignored = [line.rstrip("/") for line in lines if line and not line.startswith("#")]
    return tuple(sorted(_files(root, (*ignored, *_FOREIGN))))


def _files(root: Path, ignored: tuple[str, ...]) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [one for one in folders if not _is_one_of(one, ignored)]
        place = PurePosixPath(Path(folder).relative_to(root))
        yield from (str(place / one) for one in names if not _is_one_of(one, ignored))


def _is_one_of(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def copy(root: Path, to: Path) -> None:
    """Building leaves things behind in its source: so it is done in a copy."""
    for name in own_files(root):
        place = to / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, place)
