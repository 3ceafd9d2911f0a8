"""Unsubscribes many at once, as their pages do: each asks again until it is told that it is done.

    unsubscribe_many.py BASE < TOKENS       prints "first round: {200: 1, 503: 999}", at the end "acknowledged 1000"
"""

import collections
import http.client
import random
import sys
import threading
import time
import urllib.parse

AT_ONCE = 200
BODY = "List-Unsubscribe=One-Click"
LONGEST_WAIT = 4.0


def post(host, token):
    """The status, 0 without an answer."""
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request("POST", f"/u/{token}", BODY, {"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def for_all(tokens, body):
    """Runs `body` for each token, AT_ONCE at a time."""
    waiting = collections.deque(tokens)

    def work():
        while True:
            try:
                token = waiting.popleft()
            except IndexError:
                return
            body(token)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(base):
    host = urllib.parse.urlsplit(base).netloc
    tokens = sys.stdin.read().split()
    statuses = collections.Counter()
    lock = threading.Lock()
    done = set()

    def once(token):
        status = post(host, token)
        with lock:
            statuses[status] += 1
            if status == 200:
                done.add(token)

    def until_done(token):
        wait = 0.25
        while (status := post(host, token)) != 200:
            if status not in (0, 429, 503):
                raise SystemExit(f"status {status}")
            time.sleep(wait * random.uniform(0.75, 1.25))
            wait = min(wait * 2, LONGEST_WAIT)
        with lock:
            done.add(token)

    for_all(tokens, once)
    print("first round:", dict(sorted(statuses.items())), flush=True)
    for_all([token for token in tokens if token not in done], until_done)
    print("acknowledged", len(done), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
