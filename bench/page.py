"""
What the status page takes in a browser: until it answers a click, and for each change after that.

``python -m bench.page``.  Headless Chromium (CHROMIUM_BIN, or one on PATH), nothing kept from
before, a pool of 500 nodes and 24 hours; the server is a process of its own.  Where there is no
Chromium nothing is measured.  Imports ``bench`` and ``tests.browser``.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.board import served
from bench.figure import Figure, distribution, tell
from tests.browser.chromium import executable, launched

#: Of which nine in ten are of the pool that is shown first.
_NODES = 556
_SHOWN = 500
_LOADS = 8
_EVENTS = 8
_WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")

#: Once everything is there it clicks, and looks when that was answered and could be painted.
_PROBE = """
  localStorage.setItem("autoscaler.hours", "24");
  window.longTasks = 0;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.longTasks += task.duration;
  }).observe({ type: "longtask", buffered: true });
  const ready = () =>
    document.querySelectorAll(".node").length >= %d &&
    (document.querySelector(".area.busy")?.getAttribute("d") ?? "").length > 1000;
  const look = () => {
    if (!ready()) return requestAnimationFrame(look);
    window.shown = performance.now();
    document.querySelector(".chip[data-state=idle]").click();
    requestAnimationFrame(() => setTimeout(() => {
      window.interactive = performance.now();
      document.documentElement.dataset.answered = "";
    }));
  };
  requestAnimationFrame(look);
"""

_COUNT = f"""() => {{
  window.seen = 0;
  const count = () => {{
    window.seen += 1;
    if (window.seen >= {_EVENTS}) document.documentElement.dataset.enough = "";
  }};
  const figure = document.querySelector(".tile.main .value");
  new MutationObserver(count).observe(figure, {{
    characterData: true, childList: true, subtree: true
  }});
}}"""


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Of made-up pools: the same whatever Nomad is measured."""
    if nomad is not None or executable() is None:
        return ()
    with served(_NODES) as (_, url), sync_playwright() as playwright:
        browser = launched(playwright)
        loads = [_load(browser, url) for _ in range(_LOADS)]
        change = _change(browser, url)
        browser.close()
    interactive = [one["interactive"] for one in loads]
    renders = [one["nodes"] for one in loads]
    tasks = [one["longTasks"] for one in loads]
    about = f"page, {_SHOWN} nodes, 24 h"
    return (
        *distribution(f"{about}, until it answers", interactive, "ms", p95_goal=1000),
        *distribution(f"{about}, script of the list", renders, "ms", median_goal=100),
        *distribution(f"{about}, in long tasks", tasks, "ms"),
        Figure(f"{about}, each change, script and layout", change, "ms", 50),
    )


@contextmanager
def _opened(browser: Browser, url: str) -> Iterator[Page]:
    """A page in a browser that has never seen it, ready and clicked."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(_PROBE % _SHOWN)
    page.goto(url, wait_until="commit")
    page.wait_for_selector("html[data-answered]", state="attached", timeout=20_000)
    yield page
    context.close()


def _load(browser: Browser, url: str) -> dict[str, float]:
    """Milliseconds from the navigation's start, and those of the list and of long tasks."""
    with _opened(browser, url) as page:
        found: dict[str, float] = page.evaluate(
            "({ interactive, longTasks, nodes: performance.getEntriesByName('nodes')[0].duration })"
        )
    return found


def _change(browser: Browser, url: str) -> float:
    """
    Milliseconds of script, style and layout for each event, with all that follows from it.

    Without painting, which is the processor's here and the graphics card's at a desk.
    """
    with _opened(browser, url) as page:
        page.click(".chip[data-state=all]")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        page.evaluate(_COUNT)
        before = _worked_seconds(session)
        page.wait_for_selector("html[data-enough]", state="attached", timeout=60_000)
        used = _worked_seconds(session) - before
        events: int = page.evaluate("window.seen")
    return 1000 * used / events


def _worked_seconds(session: CDPSession) -> float:
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return sum(float(one["value"]) for one in metrics if one["name"] in _WORK)


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(None))


if __name__ == "__main__":
    sys.exit(main())
