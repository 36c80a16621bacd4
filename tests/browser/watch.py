"""A page under watch: what no test may ever see there is found out at its end."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

#: How Chromium tells of a daemon that does not answer, or is closing: to be expected where a test
#: stops it.
UNREACHABLE = re.compile(r"net::ERR_(CONNECTION_|INCOMPLETE|EMPTY_RESPONSE|NETWORK)|status of 503")

#: How a figure that is not known is shown.
UNKNOWN = "\N{EN DASH}"

_SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""


class Watch:
    """Complaints of the browser, and requests to anybody else."""

    def __init__(self, page: Page, host: str) -> None:
        self._host = host
        self.complaints: list[str] = []
        self._forgiven: list[re.Pattern[str]] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self._asked)
        page.add_init_script(_SHIFTS)

    def forgive(self, pattern: re.Pattern[str]) -> None:
        """Complaints that the test provokes."""
        self._forgiven.append(pattern)

    def left(self) -> list[str]:
        """Complaints that nothing explains; violations of the policy are among them."""
        return [
            one for one in self.complaints if not any(gone.search(one) for gone in self._forgiven)
        ]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._host:
            self.complaints.append(f"asked another host: {request.url}")
