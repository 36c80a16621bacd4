"""The generated references are what the code gives."""

import pytest
import yaml

from tests.docs import configuration, metrics
from tests.docs.references import REFERENCES, ROOT

EXAMPLE = ROOT / "config.example.yaml"


@pytest.mark.parametrize("name", REFERENCES)
def test_each_reference_is_current(name: str) -> None:
    """If not: `python -m tests.docs` writes it anew."""
    assert (ROOT / "docs" / "reference" / name).read_text() == REFERENCES[name]()


def test_there_is_no_reference_that_nothing_writes() -> None:
    assert {path.name for path in (ROOT / "docs" / "reference").iterdir()} == set(REFERENCES)


def test_each_key_of_the_example_has_a_line_with_its_meaning() -> None:
    rows = [
        [cell.strip() for cell in line.split(" | ")]
        for line in configuration.page(EXAMPLE.read_text()).splitlines()
        if line.startswith("| `")
    ]
    told = {row[0].strip("| `"): row for row in rows}

    def leaves(value: object, path: str) -> list[str]:
        if isinstance(value, dict):
            return [leaf for key, one in value.items() for leaf in leaves(one, f"{path}.{key}")]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return leaves(value[0], f"{path}.N")
        return [path.removeprefix(".")]

    assert set(told) == set(leaves(yaml.safe_load(EXAMPLE.read_text()), ""))
    assert [key for key, row in told.items() if len(row[3].strip("| ")) < 3] == []


def test_what_the_example_tells_is_not_told_again() -> None:
    told = dict(configuration.meanings_of(EXAMPLE.read_text()))

    assert [path for path in configuration.UNTOLD if configuration.beside(told[path])] == []


def test_a_default_is_written_as_in_yaml() -> None:
    kept = {key.path: key.default for key in configuration.every_key()}

    assert kept["interval"] == "`10s`"
    assert kept["pools.N.scaling.target_wait"] == "`2m`"
    assert kept["pools.N.scaling.strict"] == "`false`"
    assert kept["pools.N.size.max"] == "required"
    assert kept["http.hosts"] == "`[]`"


def test_each_metric_that_the_transcoder_sends_is_explained() -> None:
    sent = {one.name for one in metrics.sent_by_the_transcoder()}

    assert sent == set(metrics._HELP)
