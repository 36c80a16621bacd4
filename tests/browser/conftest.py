"""One browser for all tests of the page, and a page of its own for each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import executable, launched
from tests.browser.site import Picture, Site
from tests.browser.watch import Watch

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is below this directory needs the browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


# While Playwright runs, its event loop does in this thread: other packages' tests must not meet it.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    if executable() is None:
        pytest.skip("no Chromium: neither CHROMIUM_BIN nor one on PATH")
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture
def picture() -> Picture:
    """What the page shows; a test may have another."""
    return Picture()


@pytest.fixture
def site(picture: Picture) -> Iterator[Site]:
    """The page's server."""
    site = Site(picture)
    yield site
    site.stop()


@pytest.fixture
def watches() -> list[Watch]:
    """Of every page of the test."""
    return []


@pytest.fixture
def open_page(browser: Browser, site: Site, watches: list[Watch]) -> Iterator[OpenPage]:
    """Open the page, wait until it shows something, and let nothing odd pass."""
    with ExitStack() as opened:

        def open_(path: str = "", *, width: int = 1280, height: int = 900, **options: Any) -> Page:
            context: BrowserContext = browser.new_context(
                viewport={"width": width, "height": height}, **options
            )
            opened.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            watches.append(Watch(page, urlsplit(site.url).netloc))
            page.goto(site.url + path)
            return page

        expect.set_options(timeout=10_000)
        yield open_
    assert [one for watch in watches for one in watch.left()] == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page on a laptop."""
    return open_page()
