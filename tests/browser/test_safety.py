"""Names come from whoever dispatches jobs and names nodes: they are text, and only text."""

from dataclasses import replace

from playwright.sync_api import Page, expect

from autoscaler.status.documents import (
    ActionStatus,
    Nodes,
    Paused,
    ReasonStatus,
    RunningStatus,
    Status,
    Wrong,
)
from tests.browser.conftest import OpenPage
from tests.browser.site import Site, well

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def evil_status(status: Status) -> Status:
    """In every text that there is."""
    calm = well(status)
    (pool,) = calm.pools
    assert pool.decision is not None
    decision = replace(
        pool.decision,
        why=EVIL,
        reasons=(ReasonStatus(EVIL, EVIL),),
        actions=(ActionStatus(EVIL, "failed", EVIL),),
    )
    jobs = tuple(replace(job, job=f"{EVIL}{at}", held_by=EVIL) for at, job in
                 enumerate(pool.queue.jobs))  # fmt: skip
    assert pool.groups is not None
    evil = replace(
        pool,
        name=EVIL,
        paused=Paused(status.at, None, EVIL, EVIL),
        queue=replace(pool.queue, jobs=jobs),
        groups=tuple(replace(group, name=EVIL) for group in pool.groups),
        decision=decision,
    )
    return replace(
        calm,
        version=EVIL,
        pools=(evil, replace(evil, name=f"{EVIL}2")),
        changes=(replace(decision, pool=EVIL),),
        wrongs=(Wrong(EVIL, "error", EVIL, EVIL, status.at, EVIL),),
    )


def evil_nodes(nodes: Nodes) -> Nodes:
    """Also of every node."""
    running = (RunningStatus(EVIL, EVIL, EVIL, nodes.at), RunningStatus(EVIL, None, EVIL, None))
    node = replace(
        nodes.nodes[0], pool=EVIL, name=EVIL, node_id=EVIL, instance_id=EVIL, group=EVIL,
        note=EVIL, running=running, state="cordoned",
    )  # fmt: skip
    return replace(nodes, nodes=(node,))


def test_markup_in_names_is_shown_as_text(open_page: OpenPage, site: Site) -> None:
    """It neither runs nor is made into elements."""
    site.picture.show(evil_status, evil_nodes)
    page = open_page()
    expect(page.locator(".node-name")).to_have_text(EVIL)
    expect(page.locator(".runs .run").first).to_contain_text(EVIL)
    expect(page.locator(".wrong")).to_contain_text(f"Mend: {EVIL}")
    expect(page.get_by_role("tab").first).to_contain_text(EVIL)
    expect(page.locator(".reasons").first).to_contain_text(EVIL)
    assert page.locator("img").count() == 1  # Our logo.
    assert page.locator("body script").count() == 0
    assert "owned" not in page.title()


def test_markup_in_the_address_is_no_markup(open_page: OpenPage) -> None:
    """A link that somebody sends."""
    page = open_page("#pool=%3Cimg src=x onerror=alert(1)%3E%")
    expect(page.locator("#verdict")).to_have_text("All is well")
    assert page.locator("img").count() == 1


def test_the_policy_forbids_what_the_page_does_not_need(page: Page) -> None:
    """No script or style but our files': what slipped in would not run."""
    expect(page.locator("#verdict")).to_have_text("All is well")
    assert page.locator("[style]:not(.bar > span):not(.part)").count() == 0
    source = page.request.get(page.url).text()
    assert "style=" not in source
    assert "<style" not in source
    assert source.count("<script") == source.count("<script src=") + source.count(
        '<script type="module" src='
    )
