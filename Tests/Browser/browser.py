"""Drives Chromium over the DevTools protocol, headless, with a profile of its own that goes with it.

    with Browser() as browser:
        page = browser.page(width=390, height=844)
        page.goto("http://127.0.0.1:8080/sign-in")
        page.type("#login", "ada")
        page.click("button[type=submit]")
        page.wait_for("main[data-state=overview]")
        page.screenshot("/tmp/overview.png")

Every wait is for a condition, with a limit; what does not come true raises BrowserError with the page's text. A page made
with its own `page()` shares no cookies with another. Input is the real thing: the browser takes it for a person's.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

import websocket

CHROMIUM = os.environ.get("VEREDUS_TEST_CHROMIUM", "chromium")


class BrowserError(Exception):
    """The browser, or the page, did not do what was asked in time."""


def wait_until(condition, what, seconds=20.0):
    """Asks often until `condition()` returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise BrowserError(f"not within {seconds:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.02)


class Browser:
    """One Chromium process."""

    def __init__(self, program=CHROMIUM):
        self._folder = tempfile.mkdtemp(prefix="veredus-browser-")
        flags = [
            "--headless=new", "--remote-debugging-port=0", "--remote-allow-origins=*",
            f"--user-data-dir={self._folder}", "--no-first-run", "--no-default-browser-check", "--disable-gpu",
            "--disable-dev-shm-usage", "--disable-extensions", "--disable-component-update",
            "--disable-background-networking", "--disable-sync", "--mute-audio", "--password-store=basic",
            # Nothing outside of this machine is there for it.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        self._process = subprocess.Popen(
            [program, *flags, "about:blank"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self._folder}, start_new_session=True)
        self._number = 0
        self._pages = {}
        try:
            self._socket = websocket.create_connection(self._address(), timeout=30, suppress_origin=True)
        except Exception:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _address(self):
        path = os.path.join(self._folder, "DevToolsActivePort")

        def lines():
            if self._process.poll() is not None:
                raise BrowserError(f"the browser ended at once, with status {self._process.returncode}")
            if not os.path.exists(path):
                return None
            with open(path, encoding="ascii") as file:
                found = file.read().split("\n")
            return found if len(found) == 2 else None

        port, target = wait_until(lines, "the browser's port", 60)
        return f"ws://127.0.0.1:{port}{target}"

    def call(self, method, session=None, **parameters):
        """One command of the protocol; returns its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == message["id"]:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]
            self._note(answer)

    def _note(self, event):
        page = self._pages.get(event.get("sessionId"))
        if page is not None and "method" in event:
            page.note(event["method"], event["params"])

    def page(self, **options):
        """A new page that shares nothing with the others; see Page."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, **options)
        self._pages[session] = page
        page.prepare()
        return page

    def close(self):
        """Ends the process that this object started, and removes its profile."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)  # its helpers, in the group that it was started in
        except ProcessLookupError:
            pass

        def is_gone():
            shutil.rmtree(self._folder, ignore_errors=True)
            return not os.path.exists(self._folder)

        wait_until(is_gone, f"the removal of {self._folder}")


class Page:
    """One page: `javascript=False` runs none of its scripts, `dark` and `mobile` are what the page is told."""

    def __init__(self, browser, session, javascript=True, width=1280, height=800, mobile=False, dark=False,
                 language="en"):
        self._browser = browser
        self._session = session
        self._options = (javascript, width, height, mobile, dark, language)
        self.requests = []  # (method, address) of everything that the page asked for
        self.complaints = []  # what the browser wrote to the console: errors, refusals of the content policy

    def call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def note(self, method, parameters):
        if method == "Network.requestWillBeSent":
            self.requests.append((parameters["request"]["method"], parameters["request"]["url"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"].get("text", ""))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")

    def prepare(self):
        javascript, width, height, mobile, dark, language = self._options
        for domain in ["Page", "Network", "Runtime", "Log"]:
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        if mobile:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        if not javascript:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    # What is there

    def evaluate(self, expression):
        """The value of an expression, also of a promise; works without the page's scripts, too."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserError(f"{expression}: {result['exceptionDetails'].get('text')}")
        return result["result"].get("value")

    def text(self, selector="body"):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def has(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}) !== null")

    def wait_for(self, selector, seconds=20.0):
        """Waits until the page has such an element, through navigations."""
        def found():
            try:
                return self.has(selector)
            except BrowserError:
                return False  # between two documents
        wait_until(found, lambda: f"{selector} in: {self.text()}", seconds)

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    # What a person does

    def goto(self, url):
        """Loads an address, and returns when all of it is there."""
        self.evaluate("window.veredusEarlier = true")
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        self._wait_for_new_document()

    def _wait_for_new_document(self):
        def is_there():
            try:
                return self.evaluate("window.veredusEarlier === undefined && document.readyState === 'complete'")
            except BrowserError:
                return False
        wait_until(is_there, "a new page")

    def _center(self, selector):
        box = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            " e.scrollIntoView({block: 'center', behavior: 'instant'}); const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        if box is None:
            raise BrowserError(f"there is no {selector} in: {self.text()}")
        return box

    def move_pointer(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector, navigates=False):
        """Presses and releases on an element; with `navigates` returns when the next page is there."""
        x, y = self._center(selector)
        if navigates:
            self.evaluate("window.veredusEarlier = true")
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"]:
            buttons = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **buttons)
        if navigates:
            self._wait_for_new_document()

    def touch(self, selector):
        x, y = self._center(selector)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def key(self, name, code=None, text=None):
        """One key by its name: Tab, Enter, Escape, or a message."""
        known = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        number = known.get(name, ord(name[0].upper()))
        text = {"Enter": "\r"}.get(name, name if len(name) == 1 else text)
        parameters = {"key": name, "code": code or name, "windowsVirtualKeyCode": number}
        if text:
            parameters["text"] = text
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **parameters)
        parameters.pop("text", None)
        self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def type(self, selector, text):
        """Clicks into a field and writes."""
        self.click(selector)
        self.call("Input.insertText", text=text)
