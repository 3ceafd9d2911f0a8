#!/usr/bin/env python3
"""Measures pixels and links with wrk, and the server framework with one route of its own in the same run.

Called by `./dev bench`, which starts everything first. Rounds of hello, pixel and click take turns; the median of
each is reported. Tokens are made here, by the documented layout, with the key from the environment; each request has
one of many, and comes from an address of its own, as readers do. Then so many connections are opened and left open, and
the memory of veredus-web is read from /proc.

Only Python's standard library is used.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import platform
import re
import secrets
import socket
import statistics
import struct
import subprocess
import sys
import time

ROUNDS = 3
TOKENS = 5_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def token(key_id, key, purpose, campaign, link=None):
    """version, key id, purpose, campaign, number[, link], and 16 bytes of HMAC-SHA-256 over all of it."""
    body = bytes([1, key_id, purpose]) + struct.pack(">I", campaign) + secrets.token_bytes(16)
    if link is not None:
        body += struct.pack(">H", link)
    code = hmac.new(key, body, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(body + code).decode().rstrip("=")


def script(path, host, targets):
    """A script for wrk: each request is the next of the targets, from an address of its own."""
    with open(path, "w", encoding="ascii") as file:
        file.write("local paths = {\n")
        for target in targets:
            file.write(f'  "{target}",\n')
        file.write(
            "}\nlocal n = 0\n"
            "request = function()\n"
            "  n = n + 1\n"
            "  local address = string.format('10.%d.%d.%d', n / 65536 % 256, n / 256 % 256, n % 256)\n"
            "  return wrk.format('GET', paths[n % #paths + 1], {\n"
            f"    ['Host'] = '{host}', ['User-Agent'] = '{AGENT}', ['X-Forwarded-For'] = address }})\n"
            "end\n"
        )


def run_wrk(options, port, lua):
    command = [options.wrk, "-t1", "-c64", f"-d{options.seconds}s", "--latency", "-s", lua]
    text = subprocess.run(
        command + [f"http://127.0.0.1:{port}/"], check=True, capture_output=True, text=True
    ).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    count = int(re.search(r"(\d+) requests in", text).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    p99 = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    sockets = re.search(r"Socket errors: (.*)", text)
    if errors or sockets:
        sys.exit(f"wrk saw errors:\n{text}")
    return {"rate": rate, "p99_ms": p99, "requests": count}


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmRSS"].split()[0]) / 1024


def open_connections(options, path):
    """Opens connections, asks once on each and leaves it open; returns the memory before and with all of them."""
    before = resident_mib(options.web_pid)
    request = f"GET {path} HTTP/1.1\r\nHost: {options.host}\r\nUser-Agent: {AGENT}\r\n\r\n".encode()
    held = []
    for number in range(options.connections):
        # Each loopback address has ports of its own.
        source = (f"127.0.{number // 20_000 + 1}.1", 0)
        link = socket.create_connection(("127.0.0.1", options.web_port), timeout=10, source_address=source)
        link.sendall(request)
        if not link.recv(64).startswith(b"HTTP/1.1 200"):
            sys.exit(f"connection {number} was not answered")
        held.append(link)
    alive = resident_mib(options.web_pid)
    # The first one is answered beside all the others.
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", options.web_port), timeout=10) as probe:
        probe.sendall(request)
        probe.recv(64)
    beside_ms = (time.monotonic() - started) * 1000
    for link in held:
        link.close()
    return {"connections": len(held), "before_mib": before, "with_them_mib": alive, "answer_beside_ms": beside_ms}


def counted(options):
    """How many events the database have, opens and clicks, people and machines."""
    query = "SELECT COALESCE(sum(total + machines), 0) FROM engagement"
    output = subprocess.run(
        [options.psql, options.database_url, "-XAtc", query], check=True, capture_output=True, text=True
    ).stdout
    return int(output)


def count(options, asked):
    """Starts the recorder, which would have taken the cores that were measured, and waits until it has counted."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEREDUS_")}
    recorder = subprocess.Popen(json.loads(options.recorder), stdin=subprocess.DEVNULL, env=environment)
    try:
        return await_counted(options, asked)
    finally:
        recorder.terminate()
        recorder.wait(timeout=60)


def await_counted(options, wanted, limit=300):
    ends = time.monotonic() + limit
    seen = -1
    while time.monotonic() < ends:
        now = counted(options)
        if now >= wanted:
            return now
        seen = now
        time.sleep(1)
    return seen


def report(result):
    lines = [
        f"Pixels and links ({result['configuration']} build), {result['seconds']} s a round, {ROUNDS} rounds, 64 connections",
        f"{result['machine']}, {result['moment']}, commit {result['commit']}",
        "",
        f"{'':10}{'requests/s':>12}{'of hello':>10}{'p99 ms':>10}",
    ]
    for name in ("hello", "pixel", "click"):
        row = result[name]
        lines.append(f"{name:10}{row['rate']:>12,.0f}{row['ratio']:>10.2f}{row['p99_ms']:>10.2f}")
    many = result["open"]
    lines += [
        "",
        f"{many['connections']:,} open connections: {many['with_them_mib']:.1f} MiB (before {many['before_mib']:.1f}), "
        f"an answer beside them in {many['answer_beside_ms']:.1f} ms",
        f"events: {result['asked']:,} asked for, {result['counted']:,} counted, "
        f"{max(0, result['asked'] - result['counted']):,} dropped or not yet counted",
    ]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    for name in ("wrk", "host", "psql", "database-url", "configuration", "output", "recorder"):
        parser.add_argument("--" + name, required=True)
    for name in ("hello-port", "web-port", "campaign", "web-pid", "seconds", "connections"):
        parser.add_argument("--" + name, type=int, required=True)
    options = parser.parse_args()

    key_id, key = os.environ["VEREDUS_TOKEN_KEYS"].split(",")[0].split(":")
    key = bytes.fromhex(key)
    pixels = [f"/o/{token(int(key_id), key, 1, options.campaign)}.gif" for _ in range(TOKENS)]
    clicks = [f"/c/{token(int(key_id), key, 3, options.campaign, link=n % 2 + 1)}" for n in range(TOKENS)]
    folder = os.path.dirname(os.path.abspath(options.output))
    scripts = {}
    for name, targets in (("hello", ["/"]), ("pixel", pixels), ("click", clicks)):
        scripts[name] = os.path.join(folder, f".{name}.lua")
        script(scripts[name], options.host, targets)

    rounds = {"hello": [], "pixel": [], "click": []}
    try:
        for _ in range(ROUNDS):
            rounds["hello"].append(run_wrk(options, options.hello_port, scripts["hello"]))
            for name in ("pixel", "click"):
                rounds[name].append(run_wrk(options, options.web_port, scripts[name]))
    finally:
        for path in scripts.values():
            os.remove(path)
    asked = sum(row["requests"] for name in ("pixel", "click") for row in rounds[name])
    result = {
        "configuration": options.configuration,
        "seconds": options.seconds,
        "machine": f"{os.cpu_count()} cores, {platform.platform()}",
        "moment": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        ).stdout.strip(),
        "asked": asked,
        "counted": count(options, asked),
    }
    hello = statistics.median(row["rate"] for row in rounds["hello"])
    for name, rows in rounds.items():
        rate = statistics.median(row["rate"] for row in rows)
        result[name] = {
            "rate": rate,
            "ratio": rate / hello,
            "p99_ms": statistics.median(row["p99_ms"] for row in rows),
        }
    result["open"] = open_connections(options, pixels[0])
    with open(options.output + ".json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")
    text = report(result)
    with open(options.output + ".txt", "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")


main()
