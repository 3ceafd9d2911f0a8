#!/usr/bin/env python3
"""Takes the pictures of docs/images from a running demo: KEEP=1 ./dev demo, then

    bash -c 'source .local/demo/env; .local/venv/bin/python scripts/pictures.py'

Makes an account of its own with a list and three campaigns, sends them, waits for opens, clicks and bounces, and looks at
the pages in Chromium. The demo's mail simulator plays the recipients.
"""

import email
import email.policy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Browser"))
from browser import Browser, wait_until  # noqa: E402

IMAGES = ROOT / "docs" / "images"
DEMO = ROOT / ".local" / "demo"
SITE = os.environ["VEREDUS_DASHBOARD_URL"]
ACCOUNT = "Marlow Street Bakery"
LOGIN = "hanna@marlow-bakery.example"
PASSWORD = "three weeks in the cellar"


def veredus(*arguments):
    result = subprocess.run([ROOT / ".build/debug/veredus", *arguments], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"veredus {' '.join(arguments)}: {result.stderr}")
    return result.stdout


def value(key, *arguments):
    return json.loads(veredus(*arguments, "--json"))[key]


def report(campaign):
    return json.loads(veredus("campaign", "report", str(campaign), "--json"))


def folder(example, month):
    """A copy of an example with another month in its name and subject."""
    copy = Path(tempfile.mkdtemp(prefix="veredus-pictures-")) / example
    shutil.copytree(ROOT / "Examples" / example, copy)
    settings = copy / "campaign.yaml"
    settings.write_text(settings.read_text().replace("December at", f"{month} at"))
    return str(copy)


def make_campaigns():
    veredus("account", "create", ACCOUNT)
    veredus("list", "create", "--account", ACCOUNT, "Newsletter")
    veredus("list", "create", "--account", ACCOUNT, "New subscribers")
    veredus("contacts", "import", str(DEMO / "contacts.csv"), "--account", ACCOUNT, "--list", "Newsletter")
    campaigns = []
    for month in ["October", "November", "December"]:
        made = value(
            "campaign", "campaign", "create", folder("newsletter", month), "--account", ACCOUNT, "--list", "Newsletter")
        campaigns.append(made)
        veredus("campaign", "start", str(made))
        wait_until(lambda made=made: report(made)["state"] == "finished", f"the end of campaign {made}", 300)
        await_reactions(made)
    veredus(
        "campaign", "create", str(ROOT / "Examples/welcome"), "--account", ACCOUNT, "--list", "New subscribers")
    return campaigns


def await_reactions(campaign):
    """Until there are opens and clicks, and they have not changed for eight seconds."""
    seen, since = None, time.monotonic()

    def is_quiet():
        nonlocal seen, since
        engagement = report(campaign)["engagement"]
        text = json.dumps(engagement, sort_keys=True)
        if text != seen:
            seen, since = text, time.monotonic()
        time.sleep(0.5)
        return engagement["clicks"]["unique"] and time.monotonic() - since > 8
    wait_until(is_quiet, "an end of opens and clicks", 180)


def sign_in(page):
    link = value("link", "user", "add", LOGIN, "--account", ACCOUNT, "--role", "owner")
    page.goto(link)
    page.type("#password", PASSWORD)
    page.type("#again", PASSWORD)
    page.click("#set-password button", navigates=True)
    page.wait_for("#sign-in")
    page.type("#login", LOGIN)
    page.type("#password", PASSWORD)
    page.click("#sign-in button", navigates=True)
    page.wait_for("#campaigns")


def resize(page, width, height, dark=False):
    page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
    scheme = "dark" if dark else "light"
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])


def take(page, name, path, width=1280, height=None, dark=False):
    resize(page, width, height or 800, dark)
    page.goto(SITE + path)
    if height is None:
        resize(page, width, page.evaluate("document.querySelector('main').scrollHeight") + 40, dark)
    time.sleep(0.5)  # charts and frames are drawn after the page is there
    page.screenshot(str(IMAGES / f"{name}.png"))


def opt_out_address(campaign):
    """The unsubscribe page of a recipient of the campaign who has not used it."""
    for path in sorted(DEMO.glob("spool/*.eml"), key=lambda path: path.stat().st_mtime, reverse=True):
        with open(path, "rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        if message["Feedback-ID"].startswith(f"{campaign}:") and message["To"].startswith("reader-"):
            return re.search(r"<(http[^>]*)>", message["List-Unsubscribe"]).group(1)
    sys.exit(f"error: no message of campaign {campaign} in {DEMO}/spool")


def main():
    IMAGES.mkdir(exist_ok=True)
    newest = make_campaigns()[-1]
    with Browser() as browser:
        page = browser.page()
        sign_in(page)
        take(page, "campaigns", "/campaigns")
        take(page, "campaign", f"/campaigns/{newest}")
        take(page, "campaign-dark", f"/campaigns/{newest}", dark=True)
        take(page, "campaign-phone", f"/campaigns/{newest}", width=390)
        take(page, "preview", f"/campaigns/{newest}/preview?contact=first", height=1100)
        take(page, "click-map", f"/campaigns/{newest}/preview?view=clicks", height=1100)
        page = browser.page(width=390, height=520, mobile=True)
        page.goto(opt_out_address(newest))
        page.screenshot(str(IMAGES / "unsubscribe.png"))
        page.touch("h1")
        page.wait_for("main[data-state=receipt]")
        page.screenshot(str(IMAGES / "receipt.png"))


if __name__ == "__main__":
    main()
