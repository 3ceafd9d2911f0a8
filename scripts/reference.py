#!/usr/bin/env python3
"""Writes the parts of docs/reference that the code already knows, between their `generated` marks.

    scripts/reference.py            rewrites them
    scripts/reference.py --check    fails when one differs, and changes nothing

Settings come from SettingName.swift and the readers, operations and names from openapi.json, commands from the built
programs (`--experimental-dump-help`). Without a build that is newer than the sources, the commands are left out,
and it says so. --check also looks up each log message of docs/reference/log-messages.md in the sources.
"""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
BUILD = ROOT / ".build" / "debug"
PROGRAMS = ["veredus-producer", "veredus-worker", "veredus-web", "veredus-recorder", "veredus-inbound", "veredus-simulator"]
# Options of nearly every command, told once at the top of the page.
SHARED = ("settings", "json")
MARK = re.compile(r"(<!-- generated: ([a-z-]+)[^>]*-->\n).*?(<!-- end -->)", re.DOTALL)


def cell(text):
    return " ".join(text.split()).replace("|", "\\|")


def source_named(name):
    return next((ROOT / "Sources").glob(f"**/{name}"))


# Settings


def setting_readers():
    """What the readers say of each setting: its range and default, by the name of its case."""
    found = {}
    sources = "".join(path.read_text() for path in sorted((ROOT / "Sources").glob("**/*.swift")))
    for kind, name, rest in re.findall(
        r"\b(whole|seconds|choice|required|hostName|webAddress|listenAddress|requiredSecret)\(\s*\.(\w+)([^\n]*)", sources
    ):
        numbers = re.match(r",\s*([\d._]+)\.\.\.([\w._]+),\s*default:\s*([\d._]+)", rest)
        if kind in ("whole", "seconds") and numbers:
            least, most, standard = (number_text(part, sources) for part in numbers.groups())
            unit = " s" if kind == "seconds" else ""
            found[name] = f"{standard}{unit} ({least} to {most})"
        elif kind == "choice":
            choice = re.match(r",\s*default:\s*(?:LogLevel)?\.(\w+)", rest)
            if choice:
                found[name] = f"`{choice.group(1)}`"
        elif kind == "listenAddress":
            place = re.search(r'default:\s*\("([\d.]+)",\s*(\d+)\)', rest)
            if place:
                found[name] = f"`{place.group(1)}:{place.group(2)}`"
        elif kind in ("required", "hostName", "webAddress", "requiredSecret"):
            found.setdefault(name, "required")
    return found


def number_text(text, sources):
    """A number as people write it; a constant's name is looked up."""
    if not re.fullmatch(r"[\d._]+", text):
        constant = re.search(rf"static let {text.split('.')[-1]}(?:: \w+)? = ([\d_]+)", sources)
        if not constant:
            sys.exit(f"error: no value found for {text}, a bound of a setting. Teach scripts/reference.py about it.")
        text = constant.group(1)
    number = float(text.replace("_", ""))
    return f"{number:,.0f}" if number.is_integer() else f"{number:,}"


def settings():
    text = source_named("SettingName.swift").read_text()
    readers = setting_readers()
    lines, comment = [], []
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("// MARK: "):
            lines += ["", f"### {line[9:]}", "", "| Setting | For | Default | Meaning |", "|---|---|---|---|"]
        elif line.startswith("/// "):
            comment.append(line[4:])
        elif match := re.match(r'case (\w+) = "(VEREDUS_\w+)"', line):
            name, setting = match.groups()
            described = re.match(r"For: ([^.]+)\. (.+)", " ".join(comment))
            if not described:
                sys.exit(f"error: SettingName.{name} has no comment of the form 'For: PROGRAMS. Meaning.' Write one.")
            lines.append(
                f"| `{setting}` | {described.group(1)} | {readers.get(name, '')} | {cell(described.group(2))} |"
            )
            comment = []
        else:
            comment = []
    return "\n".join(lines[1:]) + "\n"


# Commands


def dumped(program):
    path = BUILD / program
    result = subprocess.run([path, "--experimental-dump-help"], capture_output=True, text=True, check=True)
    return json.loads(result.stdout)["command"]


def command_lines(command, path, depth):
    if command.get("shouldDisplay") is False or command["commandName"] == "help":
        return []
    path = path + [command["commandName"]]
    lines = ["", "#" * depth + " " + " ".join(path), "", command.get("abstract", "")]
    arguments = [
        argument
        for argument in command.get("arguments", [])
        if argument.get("shouldDisplay", True) and argument["valueName"] not in ("help", "version")
    ]
    subcommands = [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help"]
    if not subcommands:
        usage = " ".join([" ".join(path)] + [usage_of(argument) for argument in arguments])
        lines += ["", "```", *textwrap.wrap(usage, 100, subsequent_indent="    ", break_on_hyphens=False), "```"]
    if discussion := command.get("discussion", "").strip("\n"):
        is_prose = not re.search(r"^[ \t]", discussion, re.MULTILINE)
        lines += ["", discussion] if is_prose else ["", "```text", discussion, "```"]
    told = [argument for argument in arguments if argument["valueName"] not in SHARED]
    if told and not subcommands:
        lines += ["", "| Argument | Meaning |", "|---|---|"]
        for argument in told:
            meaning = argument.get("abstract", "")
            if "defaultValue" in argument and "default" not in meaning:
                meaning += f" Default: {argument['defaultValue'] or 'empty'}."
            if values := argument.get("allValues"):
                meaning += f" One of {', '.join(values)}."
            lines.append(f"| `{name_of(argument)}` | {cell(meaning)} |")
    for sub in subcommands:
        lines += command_lines(sub, path, min(depth + 1, 6))
    return lines


def name_of(argument):
    if argument["kind"] == "positional":
        return f"<{argument['valueName']}>"
    names = [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument["names"]]
    value = f" <{argument['valueName']}>" if argument["kind"] == "option" else ""
    return ", ".join(sorted(names, key=len)) + value


def usage_of(argument):
    if argument["kind"] == "positional":
        text = f"<{argument['valueName']}>"
    else:
        preferred = argument["preferredName"]
        text = ("--" if preferred["kind"] == "long" else "-") + preferred["name"]
        if argument["kind"] == "option":
            text += f" <{argument['valueName']}>"
    if argument.get("isRepeating"):
        text += " …"
    return f"[{text}]" if argument.get("isOptional") else text


def commands():
    lines = command_lines(dumped("veredus"), [], 2)
    for program in PROGRAMS:
        lines += command_lines(dumped(program), [], 2)
    return "\n".join(line.rstrip() for line in lines[1:]) + "\n"


def stale_build():
    """Why the built programs cannot be asked; None when they can."""
    built = [BUILD / program for program in ["veredus"] + PROGRAMS]
    if not all(path.exists() for path in built):
        return "not built"
    # Whatever defines a command or an option imports ArgumentParser.
    sources = [path for path in (ROOT / "Sources").glob("**/*.swift") if "import ArgumentParser" in path.read_text()]
    # A program that no change concerned keeps its time; the build's own notes tell when it was looked at last.
    if max(path.stat().st_mtime for path in sources) > (ROOT / ".build" / "build.db").stat().st_mtime:
        return "built before the last change"
    return None


# HTTP


def openapi():
    return json.loads(source_named("openapi.json").read_text())


def resolved(document, node):
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target[part]
        node = target
    return node


def operations():
    document = openapi()
    lines = ["| Operation | Does | Scope | Query |", "|---|---|---|---|"]
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method == "parameters":
                continue
            parameters = [resolved(document, entry) for entry in shared + operation.get("parameters", [])]
            query = ", ".join(f"`{entry['name']}`" for entry in parameters if entry["in"] == "query")
            scopes = re.findall(r"[a-z]+:[a-z]+", operation.get("description", ""))
            scope = ", ".join(f"`{name}`" for name in dict.fromkeys(scopes))
            lines.append(f"| `{method.upper()} {path}` | {cell(operation['summary'])} | {scope} | {query} |")
    return "\n".join(lines) + "\n"


def wire_names():
    """Each closed set of words in the API's document, once, with the fields that take it."""
    sets = {}

    def look(node, schema, field):
        if isinstance(node, dict):
            if "enum" in node:
                words = tuple(word for word in node["enum"] if word is not None)
                sets.setdefault(words, {}).setdefault(field, schema)
            for key, value in node.items():
                look(value, schema, field if key in ("items", "properties", "anyOf", "oneOf") else key)
        elif isinstance(node, list):
            for value in node:
                look(value, schema, field)

    for schema, node in openapi()["components"]["schemas"].items():
        look(node, schema, "")
    lines = ["| Field | First in | Words |", "|---|---|---|"]
    rows = [(field, schema, words) for words, fields in sets.items() for field, schema in fields.items()]
    for field, schema, words in sorted(rows):
        lines.append(f"| `{field}` | {schema} | {', '.join(f'`{word}`' for word in words)} |")
    return "\n".join(lines) + "\n"


# Log messages


def unknown_log_messages():
    """Messages that the page explains and no source says."""
    page = REFERENCE / "log-messages.md"
    if not page.exists():
        return []
    sources = "".join(path.read_text() for path in sorted((ROOT / "Sources").glob("**/*.swift")))
    messages = re.findall(r"^\| `([^`]+)` \|", page.read_text(), re.MULTILINE)
    return [message for message in messages if f'"{message.split("…")[0]}' not in sources]


PARTS = {"settings": settings, "commands": commands, "operations": operations, "wire-names": wire_names}


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    reason = stale_build()
    problems = 0
    for page in sorted(REFERENCE.glob("*.md")):
        text = page.read_text()

        def rendered(match):
            name = match.group(2)
            if name == "commands" and reason:
                print(f"skip  {page.relative_to(ROOT)} (programs {reason}: ./dev build)")
                return match.group(0)
            return match.group(1) + PARTS[name]() + match.group(3)

        new = MARK.sub(rendered, text)
        if new == text:
            continue
        if check:
            print(f"{page.relative_to(ROOT)} is not what the code says. Rewrite it: ./dev docs", file=sys.stderr)
            problems += 1
        else:
            page.write_text(new)
            print(f"written: {page.relative_to(ROOT)}")
    for message in unknown_log_messages():
        print(f"docs/reference/log-messages.md explains '{message}', which no program logs.", file=sys.stderr)
        problems += 1
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
