"""This machine's Chromium: none is ever downloaded."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

_NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")


def executable() -> str | None:
    """CHROMIUM_BIN, or one on PATH."""
    return os.environ.get("CHROMIUM_BIN") or next(filter(None, map(shutil.which, _NAMES)), None)


def launched(playwright: Playwright) -> Browser:
    """Headless; root cannot have its sandbox."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=executable(), args=arguments)
