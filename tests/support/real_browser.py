"""Debian's Chromium, without a window: opens pages from disk, and tells what they said and asked for."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIME_LIMIT = 60
"""Seconds for a page to be ready; there may be much else to do on the machine."""

PACKAGES = ("chromium", "chromium-driver")
SWITCHES = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb"),
    "data:,",  # else it opens a page of its own
)
DESKTOP, PHONE = (1280, 900), (390, 844)


def chromium_and_driver() -> tuple[str, str]:
    """Return the two programs; install them where one can, else skip the test."""
    found = _programs()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
            environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", *command], env=environment, check=False, capture_output=True)
        found = _programs()
        assert found is not None, f"apt-get cannot install {' '.join(PACKAGES)}"
    if found is None:
        pytest.skip(f"needs {' and '.join(PACKAGES)}, and root and apt-get to install them")
    return found


def _programs() -> tuple[str, str] | None:
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Browser:
    """One window of the browser; `driver` is selenium's."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, page: Path, size: tuple[int, int] = DESKTOP, *, dark: bool = False) -> None:
        """Open a page of that size in pixels; return when it has drawn everything."""
        width, height = size
        phone = size == PHONE
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self._tell("Emulation.setDeviceMetricsOverride", metrics)
        self.prefer("dark" if dark else "light")
        self.messages(), self.requests()
        self.driver.get(page.absolute().as_uri())
        self.wait("document.documentElement.dataset.ready === 'yes'")

    def prefer(self, scheme: str) -> None:
        """Set what the reader's system prefers: light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._tell("Emulation.setEmulatedMedia", {"features": features})

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression holds."""
        WebDriverWait(self.driver, TIME_LIMIT).until(lambda _: self.get(condition))

    def get(self, expression: str, *arguments: Any) -> Any:
        """Return the value of a JavaScript expression."""
        return self.driver.execute_script(f"return {expression}", *arguments)

    def all(self, selector: str) -> list[Any]:
        """Return the elements that a selector of CSS finds."""
        return self.driver.find_elements("css selector", selector)

    def messages(self) -> list[str]:
        """Return what was written to the console, or went wrong, since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the last call.

        Data inside the page and the pages of the browser itself do not count.
        """
        events = (
            json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        )
        found = [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in found if not url.startswith(("data:", "blob:", "chrome"))]

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Save what is to be seen, or the whole page, as PNG."""
        shot = self._tell(
            "Page.captureScreenshot", {"captureBeyondViewport": whole} | self._clip(whole)
        )
        path.write_bytes(base64.b64decode(shot["data"]))

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self._tell("Page.getLayoutMetrics", {})["cssContentSize"]
        return {"clip": {**size, "scale": 1}}

    def _tell(self, command: str, parameters: dict[str, Any]) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Start the browser with a new profile in that folder; it ends with the context."""
    program, driver = chromium_and_driver()
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        started.get("about:blank")
        yield Browser(started)
    finally:
        started.quit()
