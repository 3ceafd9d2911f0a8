"""The pages that messages lead to, as people and machines meet them.

    optout_pages.py BASE messages TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN    prints "ok NAME" for each part
    optout_pages.py BASE outage TOKEN           prints "busy", then waits until the database is back, and prints "ok outage"

The test that calls it looks into the database afterwards; a line is printed only for what was seen on the page.
"""

import os
import sys

from browser import Browser, BrowserError, wait_until

RECEIPT = "main[data-state=receipt]"


def expect(truth, what):
    if not truth:
        raise BrowserError(what)


def expect_own(page, base):
    """Nothing was asked of anybody else, and the browser complained of nothing."""
    strangers = [address for _, address in page.requests if not address.startswith(base + "/")]
    expect(not strangers, f"asked elsewhere: {strangers}")
    complaints = [text for text in page.complaints if "status of 503" not in text]
    expect(not complaints, f"the browser complains: {complaints}")


def picture(page, name):
    """For a person's look at the pages: with VEREDUS_TEST_PICTURES, the folder that they go to."""
    folder = os.environ.get("VEREDUS_TEST_PICTURES")
    if folder:
        page.screenshot(os.path.join(folder, f"{name}.png"))


def posts(page):
    return [address for method, address in page.requests if method == "POST"]


def only_loads(browser, base, token):
    """A machine that loads, runs scripts, scrolls by script, and makes events up: nothing."""
    page = browser.page()
    page.goto(f"{base}/u/{token}")
    page.evaluate(
        "(() => { document.body.style.minHeight = '5000px'; window.scrollTo(0, 2000);"
        " for (const kind of ['pointermove', 'pointerdown', 'keydown', 'touchstart', 'wheel', 'scroll'])"
        " document.dispatchEvent(new Event(kind, {bubbles: true})); })()")
    # Two frames, so that whatever these events cause has had its turn.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300))))")
    expect(page.has("main[data-state=ask]"), "the page has changed")
    expect(posts(page) == [], f"a POST was sent: {posts(page)}")
    expect_own(page, base)


def pointer(browser, base, token):
    """A person's pointer moves: that is all it takes."""
    page = browser.page()
    page.goto(f"{base}/u/{token}")
    page.move_pointer(200, 300)
    page.wait_for(RECEIPT)
    picture(page, "receipt")
    expect("In effect since" in page.text(), page.text())
    expect("1 message waiting to be sent to you was recalled." in page.text(), page.text())
    expect(page.evaluate("document.activeElement.tagName") == "H1", "a reader's program is told of the new content")
    expect(len(posts(page)) == 1, f"once: {posts(page)}")
    expect_own(page, base)
    page.click(".undo button", navigates=True)
    page.wait_for("main[data-state=undone]")


def touch(browser, base, token):
    """A telephone, dark."""
    page = browser.page(width=360, height=740, mobile=True, dark=True)
    page.goto(f"{base}/u/{token}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    expect(wide <= 360, f"{wide} pixels wide")
    height = page.evaluate("document.querySelector('button.large').getBoundingClientRect().height")
    expect(height >= 44, f"the button is {height} pixels high")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    expect(dark == "rgb(18, 23, 30)", f"not dark: {dark}")
    picture(page, "ask-phone-dark")
    page.touch("h1")
    page.wait_for(RECEIPT)
    expect(page.evaluate("document.documentElement.scrollWidth") <= 360, "the receipt is wider than the screen")
    picture(page, "receipt-phone-dark")
    expect_own(page, base)


def keyboard(browser, base, token):
    page = browser.page()
    page.goto(f"{base}/u/{token}")
    page.key("Tab")
    page.wait_for(RECEIPT)
    expect_own(page, base)


def without_javascript(browser, base, token):
    page = browser.page(javascript=False)
    page.goto(f"{base}/u/{token}")
    page.move_pointer(200, 300)
    expect(page.has("main[data-state=ask]"), "nothing by itself")
    page.click("button.large", navigates=True)
    page.wait_for(RECEIPT)
    expect_own(page, base)


def preferences(browser, base, token):
    """Leaves one list with the keyboard, then takes it back."""
    page = browser.page(width=360, height=740)
    page.goto(f"{base}/p/{token}")
    expect(page.evaluate("document.documentElement.scrollWidth") <= 360, "wider than the screen")
    expect(page.evaluate("document.querySelectorAll('button[name=list]').length") == 2, page.text())
    labels = page.evaluate("[...document.querySelectorAll('button[name=list]')].map((b) => b.ariaLabel)")
    expect(labels == ["Leave “News”", "Leave “Offers”"], labels)
    for _ in range(2):
        page.key("Tab")
    expect(page.evaluate("document.activeElement.value") == "2", "the second list's button has the focus")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    expect(outline == "solid", f"the focus is seen: {outline}")
    page.key("Enter")
    page.wait_for("section.undo")
    picture(page, "preferences-phone")
    expect(page.evaluate("document.querySelectorAll('button[name=list]').length") == 1, page.text())
    page.click(".undo button", navigates=True)
    page.wait_for("button[name=list][value='2']")
    expect(not page.has("section.undo"), "undone once")
    expect_own(page, base)


def transactional(browser, base, token):
    """A receipt's link: a person is told, and nothing happens by itself."""
    page = browser.page()
    page.goto(f"{base}/u/{token}")
    page.move_pointer(200, 300)
    page.key("Tab")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300))))")
    expect(posts(page) == [], f"a POST was sent: {posts(page)}")
    expect("not a newsletter" in page.text("h1"), page.text())
    expect_own(page, base)


def outage(browser, base, token):
    """The database is away: the page never says that it is done, and tries again until it is."""
    page = browser.page()
    page.goto(f"{base}/u/{token}")
    expect(page.has("main[data-state=busy]"), page.text())
    page.move_pointer(200, 300)
    page.wait_for("[role=status]:not(:empty)")
    picture(page, "busy")
    wait_until(lambda: page.has("main") and len(posts(page)) > 1, "that it asks again by itself", 30)
    expect(page.has("main[data-state=busy]"), "a false done")
    print("busy", flush=True)
    page.click("button.large")
    page.wait_for(RECEIPT, 60)
    expect(page.has("main[data-state=receipt]"), page.text())
    expect_own(page, base)


LETTERS = [only_loads, pointer, touch, keyboard, without_javascript, preferences, transactional]


def main(base, what, *tokens):
    parts = LETTERS if what == "messages" else [outage]
    if len(tokens) != len(parts):
        sys.exit(f"{len(parts)} tokens, one a part: {[part.__name__ for part in parts]}")
    with Browser() as browser:
        for part, token in zip(parts, tokens):
            try:
                part(browser, base, token)
            except BrowserError as error:
                sys.exit(f"{part.__name__}: {error}")
            print(f"ok {part.__name__}", flush=True)


if __name__ == "__main__":
    os.environ.pop("http_proxy", None)
    main(*sys.argv[1:])
