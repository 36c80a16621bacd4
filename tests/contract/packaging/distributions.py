"""The wheel and the source distribution, built as for an index but without one."""

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

#: An instant that files in an archive can have.
EPOCH = 1_600_000_000


@dataclass(frozen=True, slots=True)
class Built:
    """Both, of one source."""

    wheel: Path
    sdist: Path
    #: What the build said.
    said: str

    def wheel_files(self) -> dict[str, bytes]:
        """The content of each, by its name in the archive."""
        with zipfile.ZipFile(self.wheel) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def sdist_files(self) -> dict[str, bytes]:
        """The content of each, by its name below the one folder of the archive."""
        with tarfile.open(self.sdist) as archive:
            members = [member for member in archive if not member.isdir()]
            files = {member.name: archive.extractfile(member) for member in members}
            return {name.partition("/")[2]: file.read() for name, file in files.items() if file}


def build(source: Path, out: Path) -> Built:
    """By the tools of this environment: the wheel is made from the source distribution."""
    run = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source],
        check=False,
        env=os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=110,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    (wheel,) = out.glob("*.whl")
    (sdist,) = out.glob("*.tar.gz")
    return Built(wheel, sdist, run.stdout)
