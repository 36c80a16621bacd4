"""Who builds from the same source gets the same wheel."""

from pathlib import Path

import pytest

from tests.contract.packaging.distributions import Built, build
from tests.contract.packaging.source import copy


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory, tree: Path) -> Built:
    """Built at another time, in another place, of a tree that nobody has worked in."""
    source: Path = tmp_path_factory.mktemp("elsewhere")
    copy(tree, source)
    return build(source, tmp_path_factory.mktemp("dist-again"))


def test_the_wheels_are_equal_to_the_byte(built: Built, again: Built) -> None:
    assert again.wheel.name == built.wheel.name
    assert again.wheel.read_bytes() == built.wheel.read_bytes()


def test_the_source_distributions_are_equal_but_for_their_files_times(
    built: Built, again: Built
) -> None:
    """setuptools gives those as they are on disk, whatever SOURCE_DATE_EPOCH says."""
    assert again.sdist.name == built.sdist.name
    assert again.sdist_files() == built.sdist_files()
