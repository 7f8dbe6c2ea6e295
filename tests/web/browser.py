# SPDX-License-Identifier: Apache-2.0
"""A real browser without a window, driven by the W3C WebDriver protocol over HTTP: chromedriver's own."""
import base64
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER = "\ue007"


class Silent(AssertionError):
    """The browser itself answered nothing in time: that says nothing about a page."""


class Browser:
    def __init__(self, language="en-US", dark=False):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = None
        while not port:
            line = self.driver.stdout.readline()
            assert line, "chromedriver does not start"
            port = re.search(r"successfully on port (\d+)", line)
        self.base = f"http://127.0.0.1:{port[1]}/session"
        self.profile = tempfile.TemporaryDirectory(prefix="wb-web-")
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                   "--force-color-profile=srgb", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                   "--disable-default-apps", "--disable-sync", "--disable-domain-reliability",
                   "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # it asks its maker for nothing
                   f"--lang={language}", "--user-data-dir=" + self.profile.name]
        if dark:
            options.append("--force-dark-mode")
        wanted = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                  "goog:chromeOptions": {"args": options,
                                         "prefs": {"intl.accept_languages": language.split("-", maxsplit=1)[0] + "," + language}}}
        self.base += "/" + self.call("POST", "", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method,
                                         data=json.dumps(body if body is not None else {}).encode() if method == "POST" else None)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()[:600]}") from None
        except (TimeoutError, urllib.error.URLError) as error:
            raise Silent(f"{method} {path}: {error}") from None

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.profile.cleanup()

    # --- what a person does ---

    def open(self, address):
        self.call("POST", "/url", {"url": address})

    def find(self, css):
        found = self.call("POST", "/elements", {"using": "css selector", "value": css})
        return [one[ELEMENT] for one in found]

    def click(self, css):
        self.wait(css)
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", css)
        self.call("POST", f"/element/{self.wait(css)}/click")

    def type(self, css, text):
        self.call("POST", f"/element/{self.wait(css)}/value", {"text": text})

    def press(self, text):
        """Keys on whatever has the focus."""
        steps = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def size(self, width, height):
        """Of the page, not of the window; below 500 px a window cannot be."""
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def prefer(self, **features):
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "features": [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]}})

    # --- what is there ---

    def run(self, script, *words):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(words)})

    def run_async(self, script, *words):
        return self.call("POST", "/execute/async", {"script": script, "args": list(words)})

    def text(self, css="body"):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", css)

    def wait(self, css, seconds=15):
        return self.until(css, lambda: (self.find(css) or [None])[0], seconds)

    def until(self, what, condition, seconds=15):
        end = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            assert time.monotonic() < end, f"waited {seconds} s for {what}; there is: {self.text()[:800]}"
            time.sleep(0.05)

    def picture(self, path, whole=True):
        said = self.call("POST", "/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": {
            "format": "png", "captureBeyondViewport": whole, **({"clip": self.area()} if whole else {})}})
        data = base64.b64decode(said["data"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return data

    def area(self):
        width, height = self.run("return [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
        return {"x": 0, "y": 0, "width": width, "height": min(height, 6000), "scale": 1}

    def complaints(self):
        """What the console said since the last time."""
        return [row["message"] for row in self.call("POST", "/se/log", {"type": "browser"})
                if row["level"] in ("SEVERE", "WARNING")]
