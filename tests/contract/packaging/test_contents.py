"""What the wheel and the source distribution hold, and what they do not."""

import re
from pathlib import Path, PurePosixPath

from tests.contract.packaging.conftest import LEFT_ABOUT
from tests.contract.packaging.distributions import Built

PACKAGES = ("autoscaler", "transcoder", "devstack")
#: What of the tree the wheel lays under share/autoscaler, as it lies in the tree.
KEPT = ("config.example.yaml", "nomad/**", "samples/**", "docs/**.md")
#: Records of decisions are for those who change the code, and so have it.
NOT_KEPT = "docs/adr/"


def is_kept(name: str) -> bool:
    patterns = [re.escape(one).replace(r"\*\*", ".*") for one in KEPT]
    return not name.startswith(NOT_KEPT) and any(re.fullmatch(one, name) for one in patterns)


def test_the_wheel_is_the_packages_whole_and_nothing_else(
    built: Built, files: tuple[str, ...]
) -> None:
    """Python or not: a page's icon, a profile, the marker of types."""
    of_packages = {name for name in built.wheel_files() if name.split("/")[0] in PACKAGES}
    others = {name.split("/")[0] for name in built.wheel_files()} - set(PACKAGES)

    assert of_packages == {name for name in files if name.split("/")[0] in PACKAGES}
    assert {PurePosixPath(name).suffix for name in others} == {".dist-info", ".data"}


def test_what_a_cluster_needs_lies_in_the_wheel_as_in_the_tree(
    built: Built, files: tuple[str, ...], tree: Path
) -> None:
    held = built.wheel_files()
    shared = {
        name.partition(".data/data/share/autoscaler/")[2]: content
        for name, content in held.items()
        if ".data/" in name
    }
    expected = {name: name for name in files if is_kept(name)}
    expected["autoscaler.service"] = "systemd/autoscaler.service"

    assert set(shared) == set(expected)
    assert {name: (tree / place).read_bytes() for name, place in expected.items()} == shared


def test_the_source_distribution_is_the_tree(
    built: Built, files: tuple[str, ...], tree: Path
) -> None:
    """Who misses a file here names its folder in MANIFEST.in."""
    held = built.sdist_files()
    made = {name for name in held if ".egg-info/" in name} | {"PKG-INFO", "setup.cfg"}

    assert set(held) - made == set(files) - {"setup.cfg"}
    unmade = (name for name in files if name not in made)
    assert [name for name in unmade if held[name] != (tree / name).read_bytes()] == []


def test_what_lies_about_stays_there(built: Built) -> None:
    """Caches, secrets, and what Terraform knows of an account."""
    held = [*built.wheel_files().items(), *built.sdist_files().items()]

    assert not [name for name, _ in held if name in LEFT_ABOUT]
    assert not [name for name, content in held if content == b"left about"]


def test_the_build_warns_of_nothing_that_is_ours_to_mend(built: Built) -> None:
    """Of packages that are not named, of what setuptools will do otherwise one day."""
    says = re.compile("warn|deprecat|absent from", re.IGNORECASE)
    warned = [line for line in built.said.splitlines() if says.search(line)]
    # Patterns of MANIFEST.in that match nothing (what is missing would be missed above), and what
    # an environment without compiled files makes it say.
    harmless = re.compile("no (previously-included )?files|byte-compiling is disabled")

    assert [line for line in warned if not harmless.search(line)] == []
