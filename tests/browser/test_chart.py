"""The chart: ranges, crosshair by mouse and by keys, gaps, and its figures as a table."""

import re
from dataclasses import replace

from playwright.sync_api import Page, expect

from autoscaler.status.documents import History
from tests.browser.conftest import OpenPage
from tests.browser.site import Site
from tests.browser.watch import UNKNOWN

DRAWN = re.compile("^M")


def without_an_hour(history: History) -> History:
    """Nothing was read between two hours and one hour ago."""
    one = history.pools[0]
    end = one.points[-1].at
    kept = tuple(p for p in one.points if not 3600 < (end - p.at).total_seconds() < 7200)
    return replace(history, pools=(replace(one, points=kept),))


def test_ranges(page: Page) -> None:
    """1, 6 and 24 hours; the choice is kept."""
    expect(page.locator(".area.pending")).to_have_attribute("d", DRAWN)
    before = page.locator(".area.pending").get_attribute("d")
    day = page.get_by_role("button", name="24 h")
    day.click()
    expect(day).to_have_attribute("aria-pressed", "true")
    assert page.locator(".area.pending").get_attribute("d") != before
    page.reload()
    expect(day).to_have_attribute("aria-pressed", "true")


def test_hovering_tells_the_figures_of_that_time(page: Page, site: Site) -> None:
    """And leaving tells those of now."""
    expect(page.locator(".legend .busy .figure")).to_have_text(re.compile(r"\d"))
    moment = page.locator(".moment")
    expect(moment).to_have_text(re.compile(r"^now, \d\d:\d\d UTC$"))
    page.locator(".plot-box").hover(position={"x": 300, "y": 100})
    expect(moment).to_have_text(re.compile(r"^\d\d:\d\d UTC$"))
    expect(page.locator(".crosshair")).to_have_attribute("visibility", "visible")
    points = site.picture.history(6).pools[0].points
    told = moment.inner_text()[:5]
    (point,) = [one for one in points if one.at.strftime("%H:%M") == told]
    expect(page.locator(".legend .pending .figure")).to_have_text(str(point.pending))
    expect(page.locator(".legend .busy .figure")).to_have_text(str(point.busy))
    page.mouse.move(0, 0)
    expect(moment).to_have_text(re.compile("^now"))


def test_arrow_keys_tell_the_figures(page: Page) -> None:
    """For those who use no mouse, also by ear."""
    slider = page.get_by_role("slider")
    expect(page.locator(".area.pending")).to_have_attribute("d", DRAWN)
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuenow", "357")
    expect(slider).to_have_attribute(
        "aria-valuetext", re.compile(r"^\d\d:\d\d UTC: \d+ pending, \d+ busy, .* \d+ desired$")
    )
    page.keyboard.press("PageDown")
    expect(slider).to_have_attribute("aria-valuenow", "327")
    page.keyboard.press("Escape")
    expect(page.locator(".moment")).to_have_text(re.compile("^now"))


def test_where_nothing_was_read_there_is_a_gap(page: Page, site: Site) -> None:
    """Not a line through it, and not zero."""
    site.picture.show(history=without_an_hour)
    page.reload()
    expect(page.locator("rect.gap")).to_have_count(2)  # One in each panel.
    expect(page.locator(".line.pending")).to_have_attribute("d", re.compile("^M[^M]*M[^M]*$"))
    gap = page.locator("rect.gap").first.bounding_box()
    box = page.locator(".plot-box").bounding_box()
    assert gap is not None
    assert box is not None
    middle = gap["x"] + gap["width"] / 2 - box["x"]
    page.locator(".plot-box").hover(position={"x": middle, "y": 100})
    expect(page.locator(".legend .pending .figure")).to_have_text(UNKNOWN)
    expect(page.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", re.compile("nothing was read")
    )


def test_the_same_as_a_table(page: Page) -> None:
    """24 lines, the newest first."""
    page.get_by_text("As a table").click()
    rows = page.locator(".figures tbody tr")
    expect(rows).to_have_count(24)
    expect(rows.nth(2).locator("td").first).to_have_text(re.compile(r"^\d+$"))


def test_times_are_in_utc_or_in_the_readers_zone_and_say_which(open_page: OpenPage) -> None:
    """Both are wanted at night."""
    page = open_page(timezone_id="Asia/Kolkata")
    moment = page.locator(".moment")
    expect(moment).to_have_text(re.compile("UTC$"))
    page.get_by_role("button", name=re.compile("^Times are in UTC")).click()
    expect(moment).to_have_text(re.compile("Asia/(Kolkata|Calcutta)$"))
    page.reload()
    expect(moment).to_have_text(re.compile("Asia/(Kolkata|Calcutta)$"))
