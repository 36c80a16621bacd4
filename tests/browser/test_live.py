"""The page follows the daemon, and outlives it."""

import re
from dataclasses import replace

from playwright.sync_api import Page, expect

from autoscaler.status.documents import Status
from tests.browser.conftest import OpenPage
from tests.browser.site import Site, restarted, several, well
from tests.browser.watch import UNKNOWN, UNREACHABLE, Watch


def test_shows_the_queue_the_decision_the_changes_and_the_nodes(page: Page) -> None:
    """Everything that an operator looks for, in one load."""
    expect(page.locator(".tile.main .value")).to_have_text("37")
    expect(page.locator("#verdict")).to_have_text("All is well")
    expect(page.locator(".headline")).to_have_text(re.compile(r"Scale out: \d+ → \d+"))
    expect(page.locator(".reasons").first).to_contain_text("children need")
    expect(page.locator(".change-list > li")).to_have_count(5)
    expect(page.locator(".node")).to_have_count(36)
    expect(page.locator(".area.busy")).to_have_attribute("d", re.compile(r"^M.*Z$"))
    expect(page).to_have_title(f"37 pending {UNKNOWN} autoscaler")


def test_nothing_moves_while_it_loads(page: Page) -> None:
    """What has been read stays where it is when more of it comes."""
    expect(page.locator(".node").first).to_be_attached()
    expect(page.locator(".area.busy")).to_have_attribute("d", re.compile("^M"))
    assert page.evaluate("shifted") < 0.05


def test_follows_the_queue(page: Page, site: Site) -> None:
    """By the stream, without being asked."""
    expect(page.locator(".tile.main .value")).to_have_text("37")
    site.picture.set_queue("transcode", 1234)
    expect(page.locator(".tile.main .value")).to_have_text("1,234")
    expect(page).to_have_title(f"1,234 pending {UNKNOWN} autoscaler")
    expect(page.locator(".legend .pending .figure")).to_have_text("1,234")
    # The wait's tile says by word, and not only by colour, that it is over its target.
    expect(page.locator(".tile", has_text="Oldest wait")).to_contain_text(
        "over the target of 2 min"
    )


def test_what_the_reader_does_stays_through_updates(page: Page, site: Site) -> None:
    """Scroll, focus, text, and what has been opened."""
    page.locator(".change-list summary").nth(1).click()
    page.get_by_label("Filter").fill("10-0")
    page.locator(".node").nth(10).scroll_into_view_if_needed()
    page.get_by_role("button", name="Idle").focus()
    scrolled = page.evaluate("scrollY")
    row = page.locator(".node").nth(10).element_handle()

    site.picture.set_queue("transcode", 41)
    expect(page.locator(".tile.main .value")).to_have_text("41")
    with page.expect_response("**/api/v1/nodes"):
        site.picture.set_queue("transcode", 42)

    expect(page.locator(".change-list details").nth(1)).to_have_attribute("open", "")
    expect(page.get_by_label("Filter")).to_have_value("10-0")
    expect(page.get_by_role("button", name="Idle")).to_be_focused()
    assert page.evaluate("scrollY") == scrolled > 0
    assert row.evaluate("(row) => row.isConnected")


def test_nodes_are_read_again_only_when_there_is_news_and_not_all_the_time(
    page: Page, site: Site
) -> None:
    """A storm of changes is no storm of long answers."""
    asked: list[str] = []
    expect(page.locator(".node")).to_have_count(36)
    page.on("request", lambda request: asked.append(request.url))
    for depth in range(100, 104):
        site.picture.set_queue("transcode", depth)
        expect(page.locator(".tile.main .value")).to_have_text(str(depth))
    nodes = [url for url in asked if url.endswith("/nodes")]
    assert 1 <= len(nodes) <= 3


def test_a_hidden_page_holds_no_stream_and_catches_up(page: Page, site: Site) -> None:
    """A browser opens few connections to one host: many forgotten tabs must not use them up."""
    expect(page.locator(".node")).to_have_count(36)
    asked: list[str] = []
    page.evaluate("""
        window.away = true;
        Object.defineProperty(document, "hidden", { get: () => window.away });
    """)
    with page.expect_response("**/api/v1/status"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.on("request", lambda request: asked.append(request.url))
    site.picture.set_queue("transcode", 77)
    expect(page.locator("#age")).to_have_text(re.compile(r"as of [3-9] s ago"))
    assert asked == []
    expect(page.locator(".tile.main .value")).to_have_text("37")

    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".tile.main .value")).to_have_text("77")
    site.picture.set_queue("transcode", 78)
    expect(page.locator(".tile.main .value")).to_have_text("78")


def test_survives_the_daemons_restart(page: Page, site: Site, watches: list[Watch]) -> None:
    """A loud banner while it is away, with the age of what is shown; then all goes on."""
    watches[0].forgive(UNREACHABLE)
    expect(page.locator(".tile.main .value")).to_have_text("37")

    site.stop()
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("The daemon does not answer")
    expect(banner).to_contain_text(re.compile(r"What is shown is \d+ s old"))
    expect(page.locator("#verdict")).to_have_text("Not known: no answer")
    expect(page).to_have_title(f"✕ no answer, 37 pending {UNKNOWN} autoscaler")
    expect(page.locator(".tile.main .value")).to_have_text("37")

    site.picture.show(restarted)
    site.picture.set_queue("transcode", 5)
    site.start()
    expect(banner).to_have_count(0)
    expect(page.locator("#verdict")).to_have_text("All is well")
    expect(page.locator(".tile.main .value")).to_have_text("5")
    site.picture.set_queue("transcode", 6)
    expect(page.locator(".tile.main .value")).to_have_text("6")


def test_can_be_asked_to_try_at_once(open_page: OpenPage, site: Site, watches: list[Watch]) -> None:
    """Who has just started it does not want to wait."""
    page = open_page()
    watches[0].forgive(UNREACHABLE)
    page.clock.install()
    page.reload()
    expect(page.locator("#verdict")).to_have_text("All is well")
    site.stop()
    banner = page.get_by_role("alert")
    expect(banner).to_be_visible()
    # From here on it does not ask by itself.
    page.clock.pause_at(page.evaluate("new Date(Date.now() + 50).toISOString()"))
    site.start()
    banner.get_by_role("button", name="Ask now").click()
    expect(banner).to_have_count(0)


def test_a_daemon_of_another_version_has_its_own_page(page: Page, site: Site) -> None:
    """The page in the browser may not know what that one sends."""
    expect(page.locator("#verdict")).to_have_text("All is well")

    def upgraded(status: Status) -> Status:
        return replace(restarted(status), version="9.9.9")

    page.evaluate("window.before = true")
    with page.expect_navigation():
        site.picture.show(upgraded)
    expect(page.locator("#about")).to_contain_text("9.9.9")
    assert page.evaluate("window.before") is None


def test_each_pool_has_an_address(open_page: OpenPage, site: Site) -> None:
    """So that a link leads to it."""
    site.picture.show(several)
    page = open_page("#pool=thumbnails")
    expect(page.get_by_role("tab", name="thumbnails")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".tile.main .value")).to_have_text("4")
    page.get_by_role("tab", name="transcode").click()
    expect(page).to_have_url(re.compile("#pool=transcode$"))
    expect(page.locator(".tile.main .value")).to_have_text("37")
    page.go_back()
    expect(page.locator(".tile.main .value")).to_have_text("4")


def test_a_pool_that_is_gone_gives_way_to_the_first(open_page: OpenPage, site: Site) -> None:
    """After a reload of the configuration, say."""
    site.picture.show(several)
    page = open_page("#pool=thumbnails")
    expect(page.locator(".tile.main .value")).to_have_text("4")
    site.picture.show(well)
    expect(page.locator(".tile.main .value")).to_have_text("37")
    expect(page.get_by_role("tab")).to_have_count(0)
