"""Reads documents from standard input, NUL between them, and prints what is wrong with each: as HTML, and for people.

As HTML5 in a parser that is strict; further: a language, a title, one h1, headings in order, a label or name for all that
can be pressed or filled, ids once, no script or style in the page itself.
"""

import sys

import html5lib

PRESSED = {"button", "a", "select", "textarea", "input"}


def text_of(element):
    return "".join(element.itertext()).strip()


def problems_of(source):
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(source)
    found = [f"line {place[0]}: {code} {data}" for place, code, data in parser.errors]
    elements = list(tree.iter())
    elements = [element for element in elements if isinstance(element.tag, str)]
    by_tag = {}
    for element in elements:
        by_tag.setdefault(element.tag, []).append(element)
    if not tree.get("lang"):
        found.append("no language")
    if not [title for title in by_tag.get("title", []) if text_of(title)]:
        found.append("no title")
    if len(by_tag.get("h1", [])) != 1 or len(by_tag.get("main", [])) != 1:
        found.append("not one h1 and one main")
    level = 0
    for element in elements:
        if len(element.tag) == 2 and element.tag[0] == "h" and element.tag[1].isdigit():
            if int(element.tag[1]) > level + 1:
                found.append(f"{element.tag} after h{level}")
            level = int(element.tag[1])
    ids = [element.get("id") for element in elements if element.get("id")]
    found += [f"id {name} twice" for name in {name for name in ids if ids.count(name) > 1}]
    labels = {label.get("for") for label in by_tag.get("label", [])}
    found += [f"a label for {name}, which is not there" for name in labels - set(ids) - {None}]
    for element in elements:
        if element.tag in PRESSED and not is_named(element, labels):
            found.append(f"a {element.tag} without a name: {element.attrib}")
        if element.get("style") or [name for name in element.attrib if name.startswith("on")]:
            found.append(f"style or script in a {element.tag}")
        if element.tag in {"script", "style"} and text_of(element):
            found.append(f"a {element.tag} in the page itself")
        if element.tag == "th" and element.get("scope") not in {"col", "row"}:
            found.append("a th without its scope")
        if element.tag == "img" and element.get("alt") is None:
            found.append("an image without alt")
    return found


def is_named(element, labels):
    if element.tag == "input" and element.get("type") == "hidden":
        return True
    if element.get("aria-label"):
        return True
    if element.tag in {"button", "a"}:
        return bool(text_of(element))
    return element.get("id") in labels


def main():
    documents = sys.stdin.buffer.read().decode().split("\0")
    status = 0
    for number, document in enumerate(documents, 1):
        for problem in problems_of(document):
            print(f"document {number}: {problem}")
            status = 1
    print(f"{len(documents)} documents read")
    sys.exit(status)


if __name__ == "__main__":
    main()
