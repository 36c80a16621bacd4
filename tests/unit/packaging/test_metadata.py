"""What the metadata says agrees with the code, with the documents and within itself."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autoscaler import __version__
from tests.unit.packaging.requirements import ROOT, metadata, requirements

NAME = "nomad-queue-autoscaler"
PACKAGES = ("autoscaler", "transcoder", "devstack")
#: What of the programs works without, saying so, and the demo, which asks for all of its extra.
EXTRAS = {"autoscaler": ("simulate",), "transcoder": ("ffmpeg",), "devstack": ("demo",)}
TEXTS = (".md", ".py", ".sh", ".tf", ".hcl", ".tpl", ".env", ".yaml", ".service", "file")


def extras() -> tuple[str, ...]:
    return tuple(metadata()["options.extras_require"])


def imported_by(package: str) -> dict[str, str]:
    """Packages of others that its modules import, and one that does each."""
    return {
        name: str(path.relative_to(ROOT))
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in _imports(ast.parse(path.read_text()))
        if name not in sys.stdlib_module_names and name not in PACKAGES
    }


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def texts() -> Iterator[tuple[str, str]]:
    """Our documents, code and scripts, by their place in the tree."""
    for folder in (*PACKAGES, "bin", "docs", "nomad", "packer", "samples", "systemd", "tf"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.name.endswith(TEXTS) and path.is_file():
                yield str(path.relative_to(ROOT)), path.read_text()
    for path in sorted(one for one in ROOT.iterdir() if one.name.endswith(TEXTS)):
        yield path.name, path.read_text()


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_that_is_imported_is_asked_for_by_name(package: str) -> None:
    """Not only by something that is asked for: that may one day do without it."""
    asked = [*requirements(), *(one for extra in EXTRAS[package] for one in requirements(extra))]
    names = {canonicalize_name(one.name) for one in asked}
    bring = packages_distributions()

    strangers = {
        name: module
        for name, module in imported_by(package).items()
        if not names & {canonicalize_name(one) for one in bring.get(name, ())}
    }
    assert strangers == {}


@pytest.mark.parametrize("extra", [None, *extras()])
def test_each_requirement_has_a_lowest_version(extra: str | None) -> None:
    """Else an old one that is there already would be taken for good."""
    unbounded = [one.name for one in requirements(extra) if ">=" not in str(one.specifier)]
    assert unbounded == []


def test_each_extra_that_people_are_told_of_is_there() -> None:
    told = {
        (name, place) for place, text in texts() for name in re.findall(rf"{NAME}\[(\w+)\]", text)
    }
    assert len(told) > 3
    assert {(name, place) for name, place in told if name not in extras()} == set()


def test_the_pythons_that_are_named_are_those_that_are_allowed() -> None:
    named = re.findall(r"Python :: (3\.\d+)$", metadata()["metadata"]["classifiers"], re.MULTILINE)
    allowed = SpecifierSet(metadata()["options"]["python_requires"])
    minors = [int(one.partition(".")[2]) for one in named]

    assert minors == list(range(minors[0], minors[-1] + 1))
    assert [minor for minor in range(minors[-1] + 1) if f"3.{minor}" in allowed] == minors
    assert metadata()["mypy"]["python_version"] == named[0]


def test_the_version_is_the_packages_wherever_it_is_named() -> None:
    """In the image's versions, and in the name of a wheel in a document or a script."""
    patterns = (r"^AUTOSCALER_VERSION=(\S+)$", r"nomad[-_]queue[-_]autoscaler(?:-|==)(\d[\w.]*\d)")
    named = {
        (version, place)
        for place, text in texts()
        if "/tests/" not in place  # What has names that were made up.
        for pattern in patterns
        for version in re.findall(pattern, text, re.MULTILINE)
    }
    assert (__version__, "packer/versions.env") in named
    assert {version for version, _ in named} == {__version__}, named


def test_the_changelog_tells_of_the_version_or_of_what_is_to_come() -> None:
    (newest, *_) = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert newest.strip("[]") in ("Unreleased", __version__)
