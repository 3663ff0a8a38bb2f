"""A real browser: Debian's Chromium, steered by Playwright; without it these tests are skipped, and say so."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

PHONE: ViewportSize = {"width": 360, "height": 740}
HALF_A_DESK: ViewportSize = {"width": 640, "height": 450}
"""A desk at 200 %."""
DESK: ViewportSize = {"width": 1280, "height": 900}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    options = ["--lang=de-DE", *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=options, env={**os.environ, "LANGUAGE": "de"})
        try:
            yield browser
        finally:
            browser.close()
