"""Files beside the packages are found in a checkout and wherever pip lays them."""

from pathlib import Path

import pytest

from devstack.kept import kept_file

NAME = "nomad/transcode.nomad.hcl"


def laid(place: Path) -> Path:
    place.parent.mkdir(parents=True)
    place.write_text("job")
    return place


@pytest.mark.parametrize(
    ("home", "place"),
    [
        (".", NAME),
        ("lib/python3.11/site-packages", f"share/autoscaler/{NAME}"),
        ("lib/python3/dist-packages", f"share/autoscaler/{NAME}"),
        ("target", f"target/share/autoscaler/{NAME}"),
    ],
    ids=["checkout", "environment", "system", "--target"],
)
def test_a_file_is_found(home: str, place: str, tmp_path: Path) -> None:
    there = laid(tmp_path / place)

    assert kept_file(NAME, tmp_path / home) == there


def test_a_checkouts_own_goes_before_one_that_was_installed(tmp_path: Path) -> None:
    own = laid(tmp_path / NAME)
    laid(tmp_path / "share" / "autoscaler" / NAME)

    assert kept_file(NAME, tmp_path) == own


def test_where_there_is_none_it_is_the_place_that_a_checkout_has(tmp_path: Path) -> None:
    assert kept_file(NAME, tmp_path) == tmp_path / NAME
    assert kept_file(NAME, Path("/")) == Path("/") / NAME
