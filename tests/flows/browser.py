"""A headless Chromium, driven over a pipe with the DevTools protocol: to look at pages and to click in them.

Here belongs only what the tests need. Messages are JSON, each ended by a NUL byte (`--remote-debugging-pipe`), so no
WebSocket library is needed.
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any, Self

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60
_PLACE_PIPES = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from descriptor 3 and writes answers to 4."""
PHONE = (390, 844)
DESKTOP = (1280, 900)


class BrowserError(Exception):
    """The browser refused a command, or a script in the page failed."""


class Browser:
    """One browser with one page. Use as a context manager: it ends with everything that it started."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds its profile."""
        self.console: list[str] = []
        """Errors that pages have reported, such as what their content security policy refused."""
        self._folder = folder
        self._numbers = count(1)
        self._rest = b""
        self._session = ""
        self._waiting = False

    def __enter__(self) -> Self:
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PLACE_PIPES, str(to_browser), str(from_browser), program, *self._arguments()],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        try:
            self._open_page()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_failure: object) -> None:
        self._end()

    def _arguments(self) -> list[str]:
        return [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            f"--user-data-dir={self._folder}",
            "--remote-debugging-pipe",
        ]

    def _open_page(self) -> None:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def _end(self) -> None:
        os.close(self._write)
        os.close(self._read)
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(SECONDS)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give one command and return its result; events that arrive meanwhile are looked at for errors."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") != number:
                self._note(answer)
            elif "error" in answer:
                raise BrowserError(f"{method}: {answer['error']}")
            else:
                return dict(answer["result"])

    def show(self, size: tuple[int, int], *, dark: bool = False) -> None:
        """Look as a screen of `size` CSS pixels does, in light or dark colours."""
        width, height = size
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def use_scripts(self, *, allowed: bool) -> None:
        """Let pages run scripts, or not."""
        self.send("Emulation.setScriptExecutionDisabled", value=not allowed)

    def open(self, url: str) -> None:
        """Open `url` and wait until it has loaded."""
        self._waiting = True
        self.send("Page.navigate", url=url)
        self._await_load()

    def run(self, script: str) -> Any:
        """Return what an expression in the page comes to, awaiting a promise."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def type(self, selector: str, text: str) -> None:
        """Put the cursor into a field and type."""
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.send("Input.insertText", text=text)

    def click(self, selector: str, *, loads: bool = True) -> None:
        """Click in the middle of an element as a person would; waits for the page that follows if it `loads` one."""
        box = self.run(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
            f" return [b.x + b.width / 2, b.y + b.height / 2]; }})(document.querySelector({json.dumps(selector)}))"
        )
        self._waiting = True
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
        if loads:
            self._await_load()

    def picture(self, path: Path) -> None:
        """Write a PNG of the whole page."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 4000), "scale": 1}
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _await_load(self) -> None:
        while self._waiting:
            self._note(self._receive())

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Page.loadEventFired":
            self._waiting = False
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.console.append(parameters["entry"]["text"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.console.append(json.dumps(parameters["exceptionDetails"])[:500])

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], SECONDS)
            data = os.read(self._read, 1 << 16) if ready else b""
            if not data:
                raise BrowserError("the browser has gone" if ready else f"the browser was silent for {SECONDS} seconds")
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))
