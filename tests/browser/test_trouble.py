"""What is wrong is told as wrong: by word, with since when and the mend."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from autoscaler.config import HttpSettings
from autoscaler.status.documents import Leadership, Nodes, Paused, Status
from tests.browser.conftest import OpenPage
from tests.browser.site import Picture, Site, in_trouble, several, well
from tests.browser.watch import UNKNOWN, Watch


def test_errors_are_errors_and_come_first(page: Page, site: Site) -> None:
    """Each with what, where, since when and the mend; told at the top and in the title."""
    site.picture.show(in_trouble)
    expect(page.locator("#verdict")).to_have_text("3 things are wrong")
    first = page.locator(".wrong").first
    expect(first).to_contain_text("Error: Nomad refuses to list the nodes of archive (403)")
    expect(first).to_contain_text(re.compile(r"since \d\d:\d\d, for 1 h"))
    expect(first).to_contain_text("Mend: give the token's policy node:read")
    expect(page.locator(".wrong").nth(1)).to_contain_text("Warning:")
    expect(page).to_have_title(re.compile(r"^⚠ 3 wrong, \? pending"))
    expect(page.get_by_role("tab", name="archive")).to_contain_text("has errors")


def test_what_is_mended_goes(page: Page, site: Site) -> None:
    """And the verdict is good again."""
    site.picture.show(in_trouble)
    expect(page.locator(".wrong")).to_have_count(3)
    site.picture.show(well)
    expect(page.locator(".wrong")).to_have_count(0)
    expect(page.locator("#verdict")).to_have_text("All is well")


def test_what_could_not_be_read_is_not_shown_as_none(open_page: OpenPage, site: Site) -> None:
    """A dash, a sentence, and a gap in the chart; nowhere a zero."""
    site.picture.show(in_trouble)
    page = open_page("#pool=archive")
    values = page.locator(".tile .value")
    expect(values).to_have_text([UNKNOWN] * 5)
    nodes = page.locator("#nodes")
    expect(nodes).to_contain_text("could not be read")
    expect(nodes.get_by_role("button", name="Busy")).to_have_count(0)
    expect(nodes.get_by_text("No nodes.")).to_be_hidden()
    expect(page.locator("rect.gap")).to_have_count(2)
    page.locator(".plot-box").focus()
    expect(page.locator(".plot-box")).to_have_attribute(
        "aria-valuetext", re.compile("nothing was read|unknown pending")
    )


def test_who_leads_is_told_on_both_daemons_pages(page: Page, site: Site) -> None:
    """A leader says so beside its version; one that stands by says who leads, and does nothing."""

    def leading(status: Status) -> Status:
        lead = Leadership("leading", "ip-10-0-0-5, pid 71", status.at, "s3://locks/leader.json")
        return replace(well(status), leadership=lead)

    def standing_by(status: Status) -> Status:
        pool = well(status).pools[0]
        assert pool.decision is not None
        decision = replace(pool.decision, current=2, desired=5, paused=True, outcome="no_op")
        led = replace(leading(status).leadership, role="standing_by")
        pools = (replace(pool, decision=decision),)
        return replace(status, wrongs=(), pools=pools, leadership=led)

    site.picture.show(leading)
    expect(page.locator("#about")).to_contain_text("leads as ip-10-0-0-5, pid 71")
    expect(page.locator(".banner.info")).to_have_count(0)
    site.picture.show(standing_by)
    banner = page.locator(".banner.info")
    expect(banner).to_contain_text("This daemon stands by. ip-10-0-0-5, pid 71 leads since")
    expect(page.locator("#about")).not_to_contain_text("leads")
    expect(page.locator("#verdict")).to_have_text("All is well; this daemon stands by")
    expect(page.locator(".card.decision")).to_contain_text("standing by: not acted upon")
    expect(page.locator(".card.decision")).to_contain_text("Stay at 2; else it would be 5")


def test_a_pause_is_loud(page: Page, site: Site) -> None:
    """By whom, why, until when, and how it is ended."""

    def paused(status: Status) -> Status:
        until = status.at + timedelta(minutes=45, seconds=30)
        pause = Paused(status.at - timedelta(minutes=5), until, "AWS maintenance", "ada")
        pool = well(status).pools[0]
        assert pool.decision is not None
        decision = replace(pool.decision, current=2, desired=5, paused=True)
        return replace(status, wrongs=(), pools=(replace(pool, paused=pause, decision=decision),))

    site.picture.show(paused)
    banner = page.locator(".banner.warning").first
    expect(banner).to_contain_text("transcode is paused.")
    expect(banner).to_contain_text(re.compile(r"by ada since .*for another 45 min.*“AWS mainten"))
    expect(banner).to_contain_text("autoscaler resume --pool transcode")
    expect(page.locator("#verdict")).to_have_text("Nothing is wrong; 1 pool is paused")
    expect(page.locator("#decision")).to_contain_text("paused: not acted upon")
    expect(page.locator("#decision")).to_contain_text("Stay at 2; else it would be 5")
    expect(page).to_have_title(re.compile("^⏸ "))


def test_a_pause_without_an_end_says_so(page: Page, site: Site) -> None:
    """The made-up board's second pool has one."""
    site.picture.show(several)
    expect(page.locator(".banner.warning").first).to_contain_text("until it is resumed")


def test_a_dry_run_says_that_nothing_is_changed(page: Page, site: Site) -> None:
    """Lest somebody waits for nodes that it never buys."""
    site.picture.show(lambda status: replace(well(status), dry_run=True))
    expect(page.locator(".banner.info")).to_contain_text("Dry run. It decides and reports, and")


def test_a_loop_that_hangs_is_seen(page: Page, site: Site) -> None:
    """The server answers, and no cycle ends."""
    expect(page.locator("#age")).to_have_text(re.compile(r"as of \d+ s ago"))
    page.evaluate("""
        const real = Date.now;
        Date.now = () => real() + 120_000;
    """)
    expect(page.locator("#age")).to_have_text(re.compile(r"no cycle has ended for 2 min"))
    expect(page.locator("#verdict")).to_have_text("The loop may hang")


def test_a_failed_action_is_told_with_what_was_answered(open_page: OpenPage, site: Site) -> None:
    """In the list of changes, opened."""
    site.picture.show(several)
    page = open_page()
    failed = page.locator(".change-list > .failed").first
    expect(failed).to_contain_text("1 action failed")
    failed.locator("summary").click()
    expect(failed.locator(".actions .failed")).to_contain_text("failed: AccessDenied")


def test_before_the_first_cycle_it_says_so(page: Page, site: Site) -> None:
    """Nothing is made up."""

    def fresh(status: Status) -> Status:
        pool = replace(several(status).pools[2], decision=None)
        return replace(well(status), pools=(pool,), changes=())

    site.picture.show(fresh)
    expect(page.locator(".headline")).to_have_text("No cycle has ended yet")
    expect(page.locator("#changes")).to_contain_text("None yet.")


def test_without_pools_it_says_so(page: Page, site: Site) -> None:
    """A daemon that has only begun."""
    site.picture.show(lambda status: replace(status, pools=(), changes=(), wrongs=()))
    expect(page.locator(".banner.info")).to_contain_text("No pool yet.")
    expect(page.locator("#pool")).to_be_hidden()


def test_an_empty_pool_is_no_trouble(page: Page, site: Site) -> None:
    """At night there are no nodes and nothing waits."""

    def none(nodes: Nodes) -> Nodes:
        return replace(nodes, nodes=(), unread=())

    site.picture.show(nodes=none)
    site.picture.set_queue("transcode", 0)
    expect(page.locator(".tile.main .value")).to_have_text("0")
    expect(page.get_by_text("No nodes.")).to_be_visible()
    expect(page.locator("#verdict")).to_have_text("All is well")


def test_a_refusal_is_told_in_the_daemons_words(page: Page, watches: list[Watch]) -> None:
    """It does answer, and says what helps."""
    watches[0].forgive(re.compile("503"))
    expect(page.locator("#verdict")).to_have_text("All is well")

    def refuse(route: Route) -> None:
        route.fulfill(status=503, json={"error": "it is closing", "mend": "wait for the next"})

    page.route("**/api/v1/**", refuse)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("The daemon refuses.")
    expect(banner).to_contain_text("It says: it is closing; wait for the next.")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """A token that the daemon asks for."""
    path = tmp_path / "token"
    path.write_text("a-token-that-is-long-enough-to-be-one\n")
    path.chmod(0o600)
    return path


class TestBehindAToken:
    """A site that asks who one is."""

    @pytest.fixture
    def site(self, picture: Picture, token_file: Path) -> Iterator[Site]:
        """With a token."""
        site = Site(picture, HttpSettings(listen="127.0.0.1:0", token_file=str(token_file)))
        yield site
        site.stop()

    def test_one_signs_in_and_is_asked_again_when_that_has_ended(
        self, open_page: OpenPage, site: Site, token_file: Path, watches: list[Watch]
    ) -> None:
        """A session that has ended leads to the form, not to an empty page."""
        page = open_page()
        expect(page).to_have_url(re.compile("/sign-in$"))
        page.get_by_label("Token").fill(token_file.read_text().strip())
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#verdict")).to_have_text("All is well")

        watches[0].forgive(re.compile("401"))
        page.context.clear_cookies()
        site.picture.set_queue("transcode", 3)  # The nodes are asked for anew.
        expect(page).to_have_url(re.compile("/sign-in$"))
