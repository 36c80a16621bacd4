"""
Notes in a directory, and published files brought back from it.

Imports ``ports``, ``errors`` and its neighbours.
"""

import os
import shutil
import time
from contextlib import closing
from pathlib import Path

from transcoder.adapters.staging import Staging, claim, sync_directory, told_errors
from transcoder.ports import Note


class DirectoryNotes:
    """Small documents in one directory, which is made where it is not there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()

    def read(self, name: str) -> Note | None:
        """A note, and its age by the clock of the file system, which may be another host's."""
        path = self._path(name)
        with told_errors(self._directory):
            try:
                with path.open("rb") as file:
                    written_at = os.fstat(file.fileno()).st_mtime
                    data = file.read()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return Note(data, max(0.0, self._now() - written_at))

    def write(self, name: str, data: bytes, *, only_new: bool = False) -> bool:
        """See ``ports.Notes``."""
        path = self._path(name)
        with told_errors(self._directory):
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(Staging(self._directory)) as staging:
                staged = staging.path / "note"
                with staged.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                if not only_new:
                    staged.replace(path)
                elif not claim(staged, path):
                    return False
                sync_directory(path.parent)
        return True

    def remove(self, name: str) -> None:
        """See ``ports.Notes``."""
        with told_errors(self._directory):
            self._path(name).unlink(missing_ok=True)

    def bring(self, name: str, path: Path) -> bool:
        """See ``ports.Notes``."""
        with told_errors(path.parent):
            try:
                shutil.copyfile(self._path(name), path)
            except FileNotFoundError:
                return False
        return True

    def _path(self, name: str) -> Path:
        return self._directory / name

    def _now(self) -> float:
        try:
            with closing(Staging(self._directory)) as staging:
                return staging.path.stat().st_mtime
        except OSError:
            # Read only, or full.
            return time.time()
