"""The list of nodes: counts, filter, order, what each runs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from autoscaler.status.documents import Nodes, NodeState, NodeStatusDocument, RunningStatus
from tests.browser.site import Picture, Site
from tests.browser.watch import UNKNOWN


def listed(nodes: Nodes) -> Nodes:
    """Four that are easily told apart."""

    def node(name: str, state: NodeState, minutes: int, *runs: str) -> NodeStatusDocument:
        since = nodes.at - timedelta(minutes=minutes)
        running = tuple(
            RunningStatus("transcode", f"transcode/dispatch-{one}", "small", since) for one in runs
        )
        return replace(
            nodes.nodes[0], pool="transcode", state=state, node_id=f"id-{name}", name=name,
            instance_id=f"i-{name}", since=since, running=running, note=f"is {state}",
            cpu_allocated=1000 * len(runs), cpu_total=4000,
        )  # fmt: skip

    ours = (
        node("beta", "busy", 30, "b1", "b2", "b3", "b4"),
        node("alpha", "busy", 10, "a1"),
        node("gamma", "idle", 20),
        replace(node("new", "in_flight", 1), name=None, node_id=None, cpu_total=None),
    )
    return replace(nodes, nodes=ours, unread=())


@pytest.fixture
def picture() -> Picture:
    """Of those four."""
    picture = Picture()
    picture.show(nodes=listed)
    return picture


def names(page: Page) -> list[str]:
    """As they are listed."""
    return page.locator(".node-name").all_inner_texts()


def test_each_is_told_with_what_it_runs(page: Page) -> None:
    """State by word, child, profile, for how long, instance and use."""
    row = page.locator(".node", has_text="alpha")
    expect(row).to_contain_text("Busy")
    expect(row).to_contain_text("i-alpha")
    expect(row.locator(".runs")).to_have_text("transcode/dispatch-a1 small for 10 min")
    expect(row.locator(".cpu")).to_have_text("25 %")
    waiting = page.locator(".node", has_text="i-new")
    expect(waiting).to_contain_text("not a node yet")
    expect(waiting).to_contain_text("is in_flight")
    expect(waiting.locator(".cpu")).to_have_text(UNKNOWN)


def test_many_children_are_folded_and_stay_open(page: Page, site: Site) -> None:
    """Two at a glance, the others on demand."""
    row = page.locator(".node", has_text="beta")
    row.get_by_text("2 more").click()
    expect(row.get_by_text("transcode/dispatch-b4")).to_be_visible()
    with page.expect_response("**/api/v1/nodes"):
        site.picture.set_queue("transcode", 3)
    expect(row.get_by_text("transcode/dispatch-b4")).to_be_visible()


def test_counts_filter_by_state(page: Page) -> None:
    """The counts are the filter's buttons."""
    expect(page.get_by_role("button", name="All 4")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Busy 2").click()
    expect(page.locator(".node-name")).to_have_text(["alpha", "beta"])
    expect(page.get_by_text("2 of 4 nodes")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "found"),
    [("dispatch-b4", ["beta"]), ("SMALL alpha", ["alpha"]), ("i-new", ["not a node yet"]),
     ("nothing like it", [])],
)  # fmt: skip
def test_text_filters(page: Page, text: str, found: list[str]) -> None:
    """By name, instance, child or profile; all words must be there."""
    page.get_by_label("Filter").fill(text)
    expect(page.locator(".node-name")).to_have_text(found)


def test_columns_order(page: Page) -> None:
    """Ascending, then descending, and said so."""
    expect(page.locator(".node-name")).to_have_text(["not a node yet", "alpha", "beta", "gamma"])
    page.get_by_role("button", name="Node", exact=True).click()
    expect(page.locator(".node-name")).to_have_text(["alpha", "beta", "gamma", "not a node yet"])
    head = page.get_by_role("columnheader", name="Node")
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="Node", exact=True).click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.locator(".node-name")).to_have_text(["not a node yet", "gamma", "beta", "alpha"])
    page.get_by_role("button", name="CPU").click()
    expect(page.locator(".node-name").first).to_have_text("beta")


def test_a_state_that_empties_does_not_leave_an_empty_list(page: Page, site: Site) -> None:
    """Its button is gone, and with it the way back."""

    def troubled(nodes: Nodes) -> Nodes:
        found = listed(nodes)
        return replace(found, nodes=(replace(found.nodes[0], state="down"), *found.nodes[1:]))

    site.picture.show(nodes=troubled)
    page.get_by_role("button", name="Down 1").click()
    expect(page.locator(".node-name")).to_have_text(["beta"])
    site.picture.show(nodes=listed)
    expect(page.locator(".node")).to_have_count(4)


def test_a_state_that_this_page_does_not_know_is_shown_by_its_code(page: Page, site: Site) -> None:
    """A daemon may be newer than the page."""

    def newer(nodes: Nodes) -> Nodes:
        found = listed(nodes)
        odd: NodeState = "resting"  # type: ignore[assignment]  # That is the point.
        return replace(found, nodes=(replace(found.nodes[0], state=odd),))

    site.picture.show(nodes=newer)
    expect(page.locator(".node[data-state=resting]")).to_contain_text("resting")
