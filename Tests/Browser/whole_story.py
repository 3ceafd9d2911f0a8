"""A campaign as a person sees it in a browser, from the link that sets a password to the opt-out of its last recipient.

    whole_story.py BASE SETUP-LINK CAMPAIGN LETTERS PICTURES

LETTERS is the folder in which the mail simulator lays down messages, PICTURES one for screenshots. Prints "ok NAME" for
each part; the test that calls it looks into the database afterwards.
"""

import base64
import email
import email.policy
import os
import re
import sys

from browser import Browser, BrowserError, wait_until

PASSWORD = "eight horses at every station"


def expect(truth, what):
    if not truth:
        raise BrowserError(what)


def own(page, base):
    """Whatever the page loaded is from here, and nothing was refused."""
    strangers = [address for _, address in page.requests if not address.startswith((base + "/", "data:", "about:"))]
    expect(not strangers, f"asked elsewhere: {strangers}")
    expect(not page.complaints, f"the browser complains: {page.complaints}")


def sign_in(page, base, link):
    page.goto(link)
    login = page.text("#login-name")
    page.type("#password", PASSWORD)
    page.type("#again", PASSWORD)
    page.click("#set-password button", navigates=True)
    page.wait_for("#sign-in")
    page.type("#login", login)
    page.type("#password", "not the one")
    page.click("#sign-in button", navigates=True)
    page.wait_for("#note.problem")
    expect(page.evaluate("document.querySelector('#login').value") == login, "the login is not kept")
    page.type("#password", PASSWORD)
    page.click("#sign-in button", navigates=True)
    page.wait_for("#campaigns")
    page.goto(link)
    expect(not page.has("#set-password"), "the link worked twice")
    page.goto(f"{base}/campaigns")
    # The wrong password and the used link: a browser notes every answer that is a refusal.
    expect(len(page.complaints) == 2, f"two refusals were to be noted: {page.complaints}")
    page.complaints.clear()


def start(page, base, campaign, pictures):
    """Looks at the message, starts the campaign by the keyboard and sees it move without loading the page again."""
    page.goto(f"{base}/campaigns/{campaign}/preview")
    expect(page.has("iframe#message"), "no preview")
    page.screenshot(f"{pictures}/preview.png")
    page.goto(f"{base}/campaigns/{campaign}")
    expect(page.evaluate("document.querySelector('#campaign-state').dataset.state") == "draft", page.text())
    page.click("#ask-start", navigates=True)
    page.evaluate("document.querySelector('#yes').focus()")
    page.evaluate("window.veredusEarlier = true")
    page.key("Enter")
    page.wait_for("#campaign-state:not([data-state=draft])")
    seen = set()

    def is_finished():
        try:
            seen.add(page.text("[data-live=percent]"))
            return page.has("#campaign-state[data-state=finished]")
        except BrowserError:
            return False

    wait_until(is_finished, lambda: f"the end of the campaign; seen {sorted(seen)}", 90)
    expect(len(seen) > 1, f"nothing moved: {seen}")


def messages(folder):
    """The messages of the campaign that this script reads itself: their HTML and the unsubscribe address."""
    found = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".eml"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        if message["To"] and "by-hand" in message["To"]:
            html = message.get_body(("html",)).get_content()
            found.append((html, re.search(r"<(http[^>]*)>", message["List-Unsubscribe"]).group(1)))
    return found


def read(browser, base, html):
    """Opens a message as a mail program would, follows a link, and leaves by the visible one."""
    page = browser.page()
    page.goto("data:text/html;base64," + base64.b64encode(html.encode()).decode())
    wait_until(lambda: any("/o/" in address for _, address in page.requests), "the pixel")
    link = page.evaluate("document.querySelector('a[href*=\"/c/\"]').href")
    page.call("Page.navigate", url=link)
    wait_until(
        lambda: page.evaluate("1") and any(not address.startswith((base, "data:")) for _, address in page.requests),
        lambda: f"the link's own address; asked for {page.requests}")
    expect(not [address for _, address in page.requests if address.startswith(base) and "/u/" in address], "too much")
    address = re.search(r'href="([^"]*/u/[^"]*)"', html).group(1).replace("&amp;", "&")
    page = browser.page(width=390, height=780, mobile=True)
    page.goto(address)
    return page


def leave(browser, base, found, pictures):
    (first, _), (_, second) = found[:2]
    page = read(browser, base, first)
    page.screenshot(f"{pictures}/unsubscribe.png")
    page.touch("h1")
    page.wait_for("main[data-state=receipt]")
    page.screenshot(f"{pictures}/receipt.png")
    own(page, base)
    print("ok with script", flush=True)
    page = browser.page(javascript=False)
    page.goto(second)
    expect(page.has("main[data-state=ask]"), page.text())
    page.click("button.large", navigates=True)
    page.wait_for("main[data-state=receipt]")
    print("ok without script", flush=True)


def figures(page, base, campaign, pictures):
    """Opens and clicks stand on the page, in light and dark, wide and narrow."""
    def are_there():
        page.goto(f"{base}/campaigns/{campaign}")
        return page.has("#engagement") and not re.search(r"Opens\s+(fewer|0\b)", page.text("#engagement"))
    wait_until(are_there, lambda: page.text("#engagement"), 60)
    expect(re.search(r"Unsubscribed\s+2\b", page.text("#returned")), page.text("#returned"))
    page.call("Emulation.setDeviceMetricsOverride", width=1280, height=2200, deviceScaleFactor=1, mobile=False)
    page.screenshot(f"{pictures}/campaign.png")
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    page.screenshot(f"{pictures}/campaign-dark.png")
    page.call("Emulation.setDeviceMetricsOverride", width=390, height=2200, deviceScaleFactor=1, mobile=True)
    page.goto(f"{base}/campaigns/{campaign}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    expect(wide <= 390, f"the page is {wide} pixels wide on a phone")
    page.screenshot(f"{pictures}/campaign-phone.png")
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    page.call("Emulation.setDeviceMetricsOverride", width=1280, height=1000, deviceScaleFactor=1, mobile=False)
    page.goto(f"{base}/campaigns/{campaign}/preview?view=clicks")
    page.screenshot(f"{pictures}/click-map.png")
    page.goto(f"{base}/campaigns")
    page.screenshot(f"{pictures}/campaigns.png")
    page.click("#sign-out button", navigates=True)
    page.goto(f"{base}/campaigns")
    expect(page.has("#sign-in"), "still signed in")


def main():
    base, link, campaign, folder, pictures = sys.argv[1:]
    os.makedirs(pictures, exist_ok=True)
    with Browser() as browser:
        page = browser.page()
        page.goto(f"{base}/sign-in")
        page.screenshot(f"{pictures}/sign-in.png")
        sign_in(page, base, link)
        print("ok signed in", flush=True)
        start(page, base, campaign, pictures)
        own(page, base)
        print("ok sent", flush=True)
        found = messages(folder)
        expect(len(found) >= 2, f"{len(found)} messages to read by hand in {folder}")
        leave(browser, base, found, pictures)
        figures(page, base, campaign, pictures)
        own(page, base)
        print("ok figures", flush=True)


if __name__ == "__main__":
    try:
        main()
    except BrowserError as error:
        sys.exit(f"error: {error}")
