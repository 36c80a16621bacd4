"""packer/nomad-sums.sh prints checksums that the pinned key has signed, and no others."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.packer.machine_files import PACKER

pytestmark = pytest.mark.skipif(
    shutil.which("gpg") is None or shutil.which("curl") is None, reason="no gpg or curl on PATH"
)
SUMS = f"{'a' * 64}  nomad_9.9.9_linux_amd64.zip\n{'b' * 64}  nomad_9.9.9_linux_arm64.zip\n"


@dataclass(frozen=True, slots=True)
class Release:
    """Version 9.9.9 as it is published, and the script beside a versions.env that knows a key."""

    directory: Path
    home: Path
    fingerprint: str

    def gpg(self, *arguments: str | Path) -> str:
        return subprocess.run(
            ["gpg", "--batch", "--quiet", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={"PATH": os.environ["PATH"], "GNUPGHOME": str(self.home)},
        ).stdout

    def sums(self, pinned: str) -> subprocess.CompletedProcess[str]:
        (self.directory / "versions.env").write_text(f"HASHICORP_FINGERPRINT={pinned}\n")
        return subprocess.run(
            [self.directory / "nomad-sums.sh", "9.9.9"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "NOMAD_RELEASES": f"file://{self.directory}",
                "HASHICORP_KEY_URL": f"file://{self.directory}/key",
            },
        )


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    shutil.copy(PACKER / "nomad-sums.sh", tmp_path)
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    made = Release(tmp_path, home, "")
    made.gpg("--passphrase", "", "--quick-gen-key", "releases@example.com", "ed25519", "sign")
    listed = made.gpg("--with-colons", "--list-keys").splitlines()
    fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr:"))
    files = tmp_path / "9.9.9"
    files.mkdir()
    (files / "nomad_9.9.9_SHA256SUMS").write_text(SUMS)
    made.gpg("--detach-sign", files / "nomad_9.9.9_SHA256SUMS")
    made.gpg("--output", tmp_path / "key", "--armor", "--export")
    yield Release(tmp_path, home, fingerprint)
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], timeout=60, check=True)


def test_what_the_pinned_key_signed_is_printed_for_versions_env(release: Release) -> None:
    result = release.sums(release.fingerprint)

    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "NOMAD_VERSION=9.9.9",
        f"NOMAD_SHA256_AMD64={'a' * 64}",
        f"NOMAD_SHA256_ARM64={'b' * 64}",
        f"HASHICORP_FINGERPRINT={release.fingerprint}",
    ]


def test_a_good_signature_by_another_key_is_refused(release: Release) -> None:
    result = release.sums("C874011F0AB405110D02105534365D9472D7468F")

    assert (result.returncode, result.stdout) == (65, "")
    assert "is not signed by C874" in result.stderr


def test_sums_that_were_changed_after_the_signature_are_refused(release: Release) -> None:
    sums = release.directory / "9.9.9" / "nomad_9.9.9_SHA256SUMS"
    sums.write_text(SUMS.replace("a", "c"))

    assert (result := release.sums(release.fingerprint)).returncode == 65
    assert result.stdout == ""
