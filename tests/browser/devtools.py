# SPDX-License-Identifier: EUPL-1.2
"""A headless Chromium driven over its DevTools pipe (file descriptors 3 and 4,
JSON ended by a zero byte): no package and no port are needed. One page at a
time; whatever it complains of or asks of others is kept for the caller."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

WAIT_S = 20  # for any one answer


class Browser:
    """program: as chromium() of tests/peers.sh prints it, "LIBRARIES PROGRAM".
    """

    def __init__(self, program):
        libraries, path = program.split(" ", 1)
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        to_read, self.out = os.pipe()
        self.inp, to_write = os.pipe()
        arguments = [
            path, "--headless", "--remote-debugging-pipe", "--no-first-run",
            "--disable-gpu", "--hide-scrollbars", "--disable-extensions",
            "--disable-background-networking", "--disable-sync",
            "--disable-component-update", "--disable-dev-shm-usage",
            "--no-proxy-server", "--ignore-certificate-errors",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--lang=fr-FR", "--user-data-dir=" + self.profile, "about:blank"]
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")
        environment = dict(os.environ, HOME=self.profile,
                           LD_LIBRARY_PATH=libraries)
        environment.pop("LD_PRELOAD", None)

        def place():
            # to 3 and 4, by way of numbers that are neither
            first, second = os.dup(to_read), os.dup(to_write)
            first, second = os.dup(first), os.dup(second)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.log = open(os.path.join(self.profile, "log"), "w+b")
        self.process = subprocess.Popen(
            arguments, preexec_fn=place, close_fds=False, env=environment,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.n, self.session = b"", 0, None
        self.complaints, self.asked, self.loaded = [], [], 0
        os.set_blocking(self.inp, False)
        try:
            self._attach()
        except Exception:
            self.log.seek(0)
            print(self.log.read().decode(errors="replace")[-2000:])
            self.close()
            raise

    def _attach(self):
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def _read(self, until):
        while b"\0" not in self.buffer:
            try:
                got = os.read(self.inp, 1 << 20)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TimeoutError("the browser does not answer")
                time.sleep(0.005)
                continue
            if not got:
                raise ConnectionError("the browser is gone")
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def _hear(self, message):
        method, what = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.asked.append(what["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(what["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append("console." + what["type"])
        elif method == "Log.entryAdded":
            self.complaints.append(what["entry"]["text"])
        elif method == "Page.loadEventFired":
            self.loaded += 1

    def call(self, method, **parameters):
        self.n += 1
        message = {"id": self.n, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + WAIT_S
        while True:
            got = self._read(until)
            if got.get("id") == self.n:
                if "error" in got:
                    raise RuntimeError(method + ": " + got["error"]["message"])
                return got["result"]
            self._hear(got)

    def _loads(self, before):
        until = time.monotonic() + WAIT_S
        while self.loaded == before:
            self._hear(self._read(until))

    def window(self, width, height=900, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=True)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])

    def open(self, url):
        before = self.loaded
        got = self.call("Page.navigate", url=url)
        if got.get("errorText"):
            raise RuntimeError(f"{url}: {got['errorText']}")
        self._loads(before)

    def value(self, expression):
        got = self.call("Runtime.evaluate", expression=expression,
                        returnByValue=True)
        if "exceptionDetails" in got:
            raise RuntimeError(f"{expression}: {got['exceptionDetails']}")
        return got["result"].get("value")

    def key(self, name, code, text=""):
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      windowsVirtualKeyCode=code, **extra)

    def tab(self):
        self.key("Tab", 9)

    def enter(self):
        """Presses what has the focus and waits for the page it leads to."""
        before = self.loaded
        self.key("Enter", 13, "\r")
        self._loads(before)

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        got = self.call("Page.captureScreenshot", format="png",
                        captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": size["width"],
                              "height": min(size["height"], 6000), "scale": 1})
        with open(path, "wb") as out:
            out.write(base64.b64decode(got["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.inp)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)
