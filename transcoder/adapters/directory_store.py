"""
Results in a local directory.  A file that is there is whole: it is renamed into place.

What made a file stands in the file itself (its comment), so that it can be moved without losing it.
Imports ``core``, ``ports`` and ``errors``.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from transcoder.adapters.background import Patience
from transcoder.adapters.boxes import is_whole
from transcoder.adapters.directory_notes import DirectoryNotes
from transcoder.adapters.directory_upload import DirectoryUpload
from transcoder.adapters.staging import told_errors
from transcoder.core.encoding import COMMENT
from transcoder.core.media import Media
from transcoder.errors import Reason, TaskError
from transcoder.ports import Delivery, Hold, Published, Upload

_BOXED = (".mp4", ".m4a")
# How far into a file of another kind its settings stand.
_HEAD_BYTES = 4096
# How long all uploads that are given up may wait for a disk that is slow to answer.
_CLEANING_SECONDS = 2.0


class DirectoryStore(DirectoryNotes):
    """
    Publishes into one directory, which is made where it is not there.

    ``probe`` says what a file is, and raises TaskError where it is no media file.
    """

    def __init__(
        self, directory: Path, probe: Callable[[Path], Media], hold: Hold = nullcontext
    ) -> None:
        super().__init__(directory)
        self._probe = probe
        self._hold = hold
        self._patience = Patience(_CLEANING_SECONDS)

    def check(self) -> None:
        """Raise TaskError where nothing can be written here."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            detail = f"{self._directory} cannot be made: {error.strerror}"
            raise TaskError(Reason.OUTPUT_FORBIDDEN, detail) from error
        if not os.access(self._directory, os.W_OK | os.X_OK):
            raise TaskError(Reason.OUTPUT_FORBIDDEN, f"{self._directory} may not be written to")

    def uri(self, name: str) -> str:
        return str(self._directory / name)

    def key(self, name: str) -> str:
        return name

    def find(self, name: str, settings: str) -> Published | None:
        """The file of that name, where it is whole and tells the same settings in itself."""
        path = self._directory / name
        try:
            if not path.is_file():
                return None
            size = path.stat().st_size
            if path.suffix in _BOXED:
                return self._find_boxed(path, settings) if is_whole(path) else None
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
        except OSError:
            # Gone meanwhile, or not ours to read; publishing replaces it, or says why not.
            return None
        told = re.search(re.escape(f"{COMMENT}{settings}".encode()) + rb"(?![0-9a-z])", head)
        parts = path.with_name(f"{path.stem}-{settings}")
        return Published(size + _size_within(parts)) if told else None

    def _find_boxed(self, path: Path, settings: str) -> Published | None:
        try:
            media = self._probe(path)
        except TaskError:
            # Whatever lies there is none of ours; publishing replaces it.
            return None
        if media.comment != COMMENT + settings or not (media.video or media.audio):
            return None
        size = path.stat().st_size
        if not media.video:
            return Published(size, duration_seconds=media.duration_seconds)
        picture = media.video[0]
        return Published(size, picture.width, picture.height, media.duration_seconds)

    @contextmanager
    def upload(self, delivery: Delivery) -> Iterator[Upload]:
        """See ``ports.Store``."""

        def is_there() -> bool:
            return self.find(delivery.main.name, delivery.label.settings) is not None

        upload = None
        try:
            with self._hold(), told_errors(self._directory):
                upload = DirectoryUpload(self._directory, delivery, is_there, self._hold)
            yield upload
        finally:
            if upload is not None:
                with self._hold():
                    upload.end(self._patience)


def _size_within(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
