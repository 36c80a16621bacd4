"""The token's file."""

from pathlib import Path

import pytest

from autoscaler.web.token import TokenFile
from autoscaler.web.trouble import HttpUnavailable


def test_the_files_token_is_the_token_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("s3cret-of-the-tests\r\n")
    token = TokenFile(str(path))
    assert token.is_token("s3cret-of-the-tests")
    for wrong in (
        "",
        "s3cret-of-the-test",
        "s3cret-of-the-tests\n",
        "S3CRET-OF-THE-TESTS",
        "é\udcff",
    ):
        assert not token.is_token(wrong)


def test_what_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first-of-them")
    token = TokenFile(str(path))
    before = token.digest()
    path.write_text("the-second-of-them")
    assert token.is_token("the-second-of-them")
    assert token.digest() != before


@pytest.mark.parametrize("content", [b"", b" \n\t", b"two words", b"two\nlines", b"\xff\xfe"])
def test_what_is_no_token_is_refused_by_name_and_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(HttpUnavailable) as caught:
        TokenFile(str(path)).digest()
    assert f"http.token_file: {path}" in caught.value.what
    assert "words" not in caught.value.what
    assert "readable by the daemon's user" in caught.value.mend


def test_one_that_goes_away_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first-of-them")
    token = TokenFile(str(path))
    assert token.is_token("first-of-them")
    path.unlink()
    for _ in range(2):
        with pytest.raises(HttpUnavailable, match="No such file"):
            token.is_token("first-of-them")
