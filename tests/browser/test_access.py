"""For everybody: keys only, by ear, by night, on a phone, with weak eyes."""

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.site import Picture, Site, in_trouble, well

#: The contrast of every text that is seen against what is behind it, the lowest first.
CONTRASTS = """
() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const behind = (element) => {
    const layers = [];
    for (let at = element; at !== null; at = at.parentElement) {
      layers.push(parse(getComputedStyle(at).backgroundColor));
    }
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255 });
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (text === "" || !element.checkVisibility({ visibilityProperty: true })) continue;
    const ground = behind(element);
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const [one, other] = [light(over(parse(ink), ground)), light(ground)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    found.push([Math.round(ratio * 100) / 100, text.slice(0, 40), element.className]);
  }
  return found.sort((one, other) => one[0] - other[0]);
}
"""
CONTROLS = {"button", "link", "searchbox", "textbox", "slider", "tab", "DisclosureTriangle",
            "region", "checkbox"}  # fmt: skip


@pytest.fixture
def picture() -> Picture:
    """Trouble, so that everything is shown; few nodes, so that keys come to the end."""
    picture = Picture(nodes=12)
    picture.show(in_trouble)
    return picture


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_by_day_and_by_night(open_page: OpenPage, scheme: str) -> None:
    """WCAG AA: 4.5 to 1, also for big text."""
    page = open_page(color_scheme=scheme)
    expect(page.locator(".node").first).to_be_attached()
    page.locator(".change-list summary").nth(1).click()
    page.get_by_text("As a table").click()
    page.get_by_role("button", name="Busy").click()
    found = page.evaluate(CONTRASTS)
    assert len(found) > 150
    assert [one for one in found if one[0] < 4.5] == []


def test_the_theme_follows_the_system_until_one_is_chosen(open_page: OpenPage) -> None:
    """And the choice is kept, and there from the first moment."""
    page = open_page(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    expect(page.locator("#verdict")).to_have_text("3 things are wrong")
    dark = page.evaluate(ground)
    button = page.get_by_role("button", name="Theme: system")
    button.click()
    expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    assert page.evaluate(ground) != dark
    page.reload(wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate(ground) == dark


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, width: int) -> None:
    """On a phone and on a tablet nobody scrolls sideways."""
    page = open_page(width=width, height=740, has_touch=True)
    expect(page.locator(".node").first).to_be_attached()
    page.locator(".change-list summary").nth(1).click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("(scrollTo(500, 0), scrollX)") == 0


def test_a_finger_on_the_chart_tells_its_figures(open_page: OpenPage) -> None:
    """And a page can still be scrolled by it."""
    page = open_page(width=360, height=740, has_touch=True)
    expect(page.locator(".area.pending")).to_have_attribute("d", re.compile("^M"))
    page.locator(".plot-box").tap(position={"x": 150, "y": 100})
    expect(page.locator(".plot-box")).to_have_css("touch-action", "pan-y")
    expect(page.locator(".moment")).to_have_text(re.compile(r"^(now, )?\d\d:\d\d UTC$"))


def test_every_control_has_a_name_and_every_picture_an_alternative(page: Page) -> None:
    """As the browser itself works them out for screen readers."""
    expect(page.locator(".node").first).to_be_attached()
    session = page.context.new_cdp_session(page)
    tree: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    seen = [node for node in tree if not node["ignored"]]
    controls = [node for node in seen if node["role"]["value"] in CONTROLS]
    assert len(controls) > 25
    assert [node for node in controls if not node["name"]["value"].strip()] == []
    unnamed = {"image", "img", "graphics-document", "SvgRoot"}
    assert [
        one for one in seen if one["role"]["value"] in unnamed and not one["name"]["value"]
    ] == []
    assert page.locator("img:not([alt])").count() == 0
    session.detach()


def test_landmarks_and_headings_lead_through_the_page(page: Page) -> None:
    """One main, one first heading, none left out in between; ids are unique."""
    expect(page.locator(".node").first).to_be_attached()
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].filter((one) => one.checkVisibility())"
        ".map((one) => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate("document.documentElement.lang") == "en"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_changes_of_the_verdict_are_read_out_and_ages_are_not(page: Page, site: Site) -> None:
    """Or a screen reader would speak every second."""
    verdict = page.get_by_role("status").filter(has_text="3 things are wrong")
    expect(verdict).to_have_attribute("aria-live", "polite")
    spoken = page.evaluate(
        "document.getElementById('age').closest('[aria-live],[role=status],[role=alert]')"
    )
    assert spoken is None
    site.picture.show(well)
    expect(page.locator("#verdict")).to_have_text("All is well")


def test_keys_reach_and_work_everything(page: Page, site: Site) -> None:
    """Tab goes through all there is, each with a visible mark, in the order of the page."""
    expect(page.locator(".node")).to_have_count(len(_nodes_of_transcode(site)))
    focusable = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')]"
        ".filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))"
        ".length"
    )
    seen = []
    for _ in range(focusable):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("""() => {
              const one = document.activeElement;
              const top = one.getBoundingClientRect().top + scrollY;
              const style = getComputedStyle(one);
              one.wasReached = true;
              return { marked: style.outlineStyle !== "none" && style.outlineWidth !== "0px",
                       name: (one.getAttribute("aria-label") ?? one.textContent).trim(), top };
            }""")
        )
    assert [one for one in seen if not one["marked"]] == []
    missed = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')]"
        ".filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true })"
        " && !one.wasReached).map((one) => one.outerHTML.slice(0, 80))"
    )
    assert missed == []
    names = [one["name"] for one in seen]
    assert names[0] == "Skip to the queue"


def test_tabs_are_worked_by_arrows(page: Page) -> None:
    """As the pattern for tabs has it: one stop, then arrows."""
    first = page.get_by_role("tab").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="thumbnails")).to_be_focused()
    expect(page.get_by_role("tab", name="thumbnails")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="archive")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="transcode")).to_be_visible()


def test_the_skip_link_leads_to_the_queue_and_leaves_the_pool(page: Page) -> None:
    """The address is the pool's."""
    page.get_by_role("tab", name="thumbnails").click()
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#queue-heading")).to_be_focused()
    expect(page.get_by_role("tab", name="thumbnails")).to_have_attribute("aria-selected", "true")


def test_who_wants_no_motion_has_none(open_page: OpenPage) -> None:
    """The only movement is that of the bars."""
    page = open_page(reduced_motion="reduce")
    expect(page.locator(".tile .bar > span").first).to_have_css("transition-duration", "0s")


def _nodes_of_transcode(site: Site) -> list[str | None]:
    return [one.instance_id for one in site.picture.nodes().nodes if one.pool == "transcode"]
