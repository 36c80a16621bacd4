"""
One delivery on its way into a directory, and who wins where two tasks deliver the same.

Imports ``ports``, ``errors`` and its neighbours.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from transcoder.adapters.background import Patience, apart, result_of
from transcoder.adapters.staging import (
    Staging,
    link,
    remove_abandoned,
    sync_directory,
    told_errors,
)
from transcoder.ports import Delivery, Hold, Item

_CHUNK_BYTES = 1 << 20


class Stopped(Exception):
    """The copy is not wanted any more."""


class DirectoryUpload:
    """
    Copies a delivery to hidden names, and gives them their own at ``finish``.

    ``is_there`` tells whether a result of the same settings is there already.
    """

    def __init__(
        self, directory: Path, delivery: Delivery, is_there: Callable[[], bool], hold: Hold
    ) -> None:
        self._directory = directory
        self._delivery = delivery
        self._is_there = is_there
        self._hold = hold
        self._stop = threading.Event()
        self._staging = Staging(directory)
        self._copied: Future[None] = apart(self._copy)

    def finish(self) -> bool:
        """See ``ports.Upload``."""
        with told_errors(self._directory):
            result_of(self._copied)
            if self._is_there():
                return False
            with self._hold():
                return self._show()

    def end(self, patience: Patience) -> None:
        """Stop what is on its way, and leave nothing of what was not finished."""
        self._stop.set()
        patience.wait_for(self._copied)
        self._staging.close()

    def _copy(self) -> None:
        remove_abandoned(self._directory)
        for item in (*self._delivery.parts, self._delivery.main):
            target = self._staged(item)
            target.parent.mkdir(parents=True, exist_ok=True)
            self._copy_file(item.path, target)

    def _copy_file(self, source: Path, target: Path) -> None:
        """Copy a file durably; on one file system, a second name for it is as good."""
        if source.is_symlink() or not link(source, target):
            with source.open("rb") as bytes_from, target.open("xb") as bytes_to:
                while data := bytes_from.read(_CHUNK_BYTES):
                    if self._stop.is_set():
                        raise Stopped
                    bytes_to.write(data)
        with target.open("rb") as file:
            os.fsync(file.fileno())

    def _show(self) -> bool:
        shown: list[Path] = []
        try:
            for part in self._delivery.parts:
                path = self._directory / part.name
                path.parent.mkdir(parents=True, exist_ok=True)
                self._staged(part).replace(path)
                shown.append(path)
            for folder in {folder for path in shown for folder in self._folders(path)}:
                sync_directory(folder)
            return self._show_main()
        except OSError:
            # They have the same names in another task's delivery of the same settings.
            if not self._is_there():
                self._remove(shown)
            raise

    def _show_main(self) -> bool:
        staged, path = self._staged(self._delivery.main), self._directory / self._delivery.main.name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            is_new = link(staged, path)
        except FileExistsError:
            # Of two that come at once, one sees the other's here.
            if self._is_there():
                return False
            is_new = False
        if not is_new:
            staged.replace(path)
        sync_directory(path.parent)
        return True

    def _staged(self, item: Item) -> Path:
        return self._staging.path / item.name

    def _remove(self, paths: list[Path]) -> None:
        """Remove files, and the folders that are empty then."""
        for path in paths:
            path.unlink(missing_ok=True)
            for folder in self._folders(path):
                with suppress(OSError):
                    folder.rmdir()

    def _folders(self, path: Path) -> list[Path]:
        """The folders between a file and our directory, the innermost first."""
        return [folder for folder in path.parents if self._directory in folder.parents]
