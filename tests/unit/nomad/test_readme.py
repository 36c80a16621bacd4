"""The README of ``nomad/``: its tables are those of the files."""

import re
from pathlib import Path

import pytest

from tests.unit.nomad.files import JOB_FILES, NOMAD, POLICIES, table

README = (NOMAD / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", JOB_FILES, ids=lambda path: path.name)
def test_it_lists_the_variables_of_each_job_file_as_they_are(path: Path) -> None:
    """To mend it, put in its place what this comparison shows."""
    assert table(path) in README


def test_it_names_every_file() -> None:
    named = set(re.findall(r"\]\(([\w./-]+)\)", README))

    assert {path.name for path in JOB_FILES} <= named
    assert {f"policies/{path.name}" for path in POLICIES} <= named
    assert all((NOMAD / one).exists() for one in named)


def test_the_variables_that_it_tells_of_are_those_of_the_script() -> None:
    script = (NOMAD / "agent" / "render.sh").read_text(encoding="utf-8")
    heading, _, _ = script.partition("set -euo pipefail")
    known = set(re.findall(r"[A-Z][A-Z_]{3,}", heading))
    told = set(re.findall(r"`([A-Z][A-Z_]{3,})[=`]", README.partition("## Agents")[2]))

    assert told
    assert told <= known
