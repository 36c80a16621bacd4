"""No link of the documentation leads nowhere."""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs import pages
from tests.docs.pages import ROOT


def _target(page: str, link: str) -> str:
    """The file that a relative link leads to, from the root."""
    path = unquote(urlsplit(link).path)
    where = (ROOT / page).parent / path if path else ROOT / page
    return str(where.resolve().relative_to(ROOT.resolve()))


def _wrong(page: str, link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None if parts.scheme in {"https", "http", "mailto"} else f"{link}: what is that?"
    if parts.path.startswith("/"):
        return f"{link}: leads out of the repository"
    target = _target(page, link)
    if not (ROOT / target).exists():
        return f"{link}: there is no {target}"
    if parts.fragment and PurePosixPath(target).suffix == ".md":
        known = pages.anchors(target)
        return None if parts.fragment in known else f"{link}: {target} has no such heading"
    return None


@pytest.mark.parametrize("page", pages.pages())
def test_each_link_leads_somewhere(page: str) -> None:
    wrong = [told for link in pages.links(page) if (told := _wrong(page, link)) is not None]

    assert wrong == []


def test_each_page_of_the_docs_is_in_their_index() -> None:
    index = {_target("docs/README.md", link) for link in pages.links("docs/README.md")}
    docs = {page for page in pages.pages() if page.startswith("docs/")} - {"docs/README.md"}
    records = {page for page in docs if page.startswith("docs/adr/")}

    assert docs - records - index == set()


def test_each_record_is_in_the_list_of_records() -> None:
    listed = {_target("docs/adr/README.md", link) for link in pages.links("docs/adr/README.md")}
    records = {page for page in pages.pages() if page.startswith("docs/adr/0")}

    assert records
    assert records - listed == set()


def test_a_link_to_no_file_and_one_to_no_heading_are_found() -> None:
    assert _wrong("README.md", "docs/nothing.md") is not None
    assert _wrong("README.md", "docs/install.md#nothing") is not None
    assert _wrong("README.md", "docs/install.md#install") is None
    assert _wrong("docs/install.md", "#live-with-it") is None
