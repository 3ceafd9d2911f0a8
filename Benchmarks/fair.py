#!/usr/bin/env python3
"""Measures what campaigns and lanes do to each other: a small campaign beside a large one, a fast lane beside a slow one.

Called by `./dev bench`, which has started everything and made the campaigns. Every time is from just before
`veredus campaign start` to the last recorded result by the database's own record. Only Python's standard library.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

from measure import Database, first_line, machine

OPEN = "SELECT coalesce(sum(pending + sending + deferred), 0) FROM counters WHERE campaign_id = {} AND lane_id = {}"
DONE = "SELECT coalesce(sum(accepted), 0) FROM counters WHERE campaign_id = {}"


class Bench:
    """The campaigns, as an operator starts them and as the database knows them."""

    def __init__(self, options):
        self.options = options
        self.database = Database(options.psql, options.database_url)

    def ask(self, request, campaign):
        """Starts or cancels; the moment just before."""
        began = time.time()
        subprocess.run([self.options.veredus, "campaign", request, str(campaign)], stdout=subprocess.DEVNULL, check=True)
        return began

    def wait(self, what, statement, is_so):
        """Looks four times a second, because looking costs the database time too."""
        deadline = time.monotonic() + self.options.limit_seconds
        while not is_so(self.database.value(statement)):
            if time.monotonic() > deadline:
                sys.exit(f"error: {what} not within {self.options.limit_seconds} s. Read the logs below .local/run.")
            time.sleep(0.25)

    def await_end(self, campaign):
        self.wait(f"campaign {campaign} has ended",
                  f"SELECT finished_at IS NOT NULL FROM campaigns WHERE campaign_id = {campaign}", lambda it: it == "t")

    def seconds(self, campaign, began, lane=None):
        """From `began` to the last result of a campaign that has ended, or of one of its lanes."""
        only = "" if lane is None else f" AND lane_id = {lane}"
        last = self.database.value(
            f"SELECT extract(epoch FROM max(changed_at)) FROM deliveries WHERE campaign_id = {campaign}{only}")
        return float(last) - began

    def report(self, campaign):
        command = [self.options.veredus, "campaign", "report", str(campaign), "--json"]
        report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        if not report.get("balanced"):
            sys.exit(f"error: the totals of campaign {campaign} do not balance: {report}.")
        return report

    def time_of(self, campaign):
        began = self.ask("start", campaign)
        self.await_end(campaign)
        audience = self.report(campaign)["audience"]
        if self.report(campaign)["counts"]["accepted"] != audience:
            sys.exit(f"error: not everybody of campaign {campaign} was accepted.")
        return self.seconds(campaign, began)


def small_beside_large(bench, options):
    alone = [bench.time_of(campaign) for campaign in options.alone]
    began = bench.ask("start", options.large)
    tenth = int(bench.database.value(
        "SELECT count(*) FROM list_members JOIN campaigns USING (list_id) "
        f"WHERE campaign_id = {options.large}")) // 10
    bench.wait(f"campaign {options.large} is 10 % done", DONE.format(options.large), lambda it: int(it) >= tenth)
    beside, done = [], []
    for campaign in options.beside:
        done.append(int(bench.database.value(DONE.format(options.large))))
        beside.append(bench.time_of(campaign))
    if bench.database.value(f"SELECT finished_at FROM campaigns WHERE campaign_id = {options.large}"):
        sys.exit("error: the large campaign ended before the small ones beside it. Give more RECIPIENTS.")
    bench.await_end(options.large)
    audience = bench.report(options.large)["audience"]
    return {
        "small": 1000,
        "large": audience,
        "large_seconds": round(bench.seconds(options.large, began), 2),
        "large_done_at_start": done,
        "alone_seconds": [round(each, 3) for each in alone],
        "beside_seconds": [round(each, 3) for each in beside],
        "ratio": round(statistics.median(beside) / statistics.median(alone), 2),
        "target": 2,
    }


def fast_beside_slow(bench, options):
    alone = bench.time_of(options.fast)
    began = bench.ask("start", options.mixed)
    bench.wait(f"campaign {options.mixed} is frozen",
               f"SELECT state <> 1 FROM campaigns WHERE campaign_id = {options.mixed}", lambda it: it == "t")
    bench.wait("the fast lane is done", OPEN.format(options.mixed, 1), lambda it: it == "0")
    slow_left = int(bench.database.value(
        f"SELECT coalesce(sum(pending + sending + deferred), 0) FROM counters WHERE campaign_id = {options.mixed}"))
    bench.await_end(options.mixed)
    beside = bench.seconds(options.mixed, began, lane=1)
    return {
        "half": bench.report(options.mixed)["audience"] // 2,
        "slow_reply_ms": options.slow_ms,
        "fast_alone_seconds": round(alone, 3),
        "fast_beside_seconds": round(beside, 3),
        "slow_seconds": round(bench.seconds(options.mixed, began), 3),
        "slow_left_when_fast_was_done": slow_left,
        "ratio": round(beside / alone, 2),
        "target": 1,
    }


def as_text(result):
    about, small, lanes = result["machine"], result["small_beside_large"], result["fast_beside_slow"]
    seconds = lambda times: ", ".join(f"{each:.2f}" for each in times)  # noqa: E731
    return "\n".join([
        f"{result['jobs_per_message']} job(s) per message, {result['queue_type']} queue, {result['connections']} SMTP "
        f"connections on one worker with two lanes; the sink is our simulator, {result['delay_ms']} ms late",
        f"{about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}, Linux {about['kernel']}, "
        f"load {about['load_before']} before",
        f"{result['versions']['swift']}; PostgreSQL {result['versions']['postgresql']}; "
        f"commit {result['versions']['commit']}; {result['when']}",
        "",
        f"A campaign of {small['small']:,}, seconds from start to last result:",
        f"  alone                              {seconds(small['alone_seconds'])}",
        f"  beside one of {small['large']:>9,}, 10 % done  {seconds(small['beside_seconds'])}"
        f"   ratio of the medians {small['ratio']} (target: at most {small['target']})",
        "",
        f"The fast half of a campaign, {lanes['half']:,}, whose other half has replies {lanes['slow_reply_ms']} ms late:",
        f"  alone                              {lanes['fast_alone_seconds']:.2f}",
        f"  beside the slow half               {lanes['fast_beside_seconds']:.2f}   ratio {lanes['ratio']} "
        f"(target: close to {lanes['target']}); the slow half took {lanes['slow_seconds']:.2f}",
    ]) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="fair.py")
    parser.add_argument("--alone", type=int, action="append", required=True, help="a campaign of 1,000; repeated")
    parser.add_argument("--beside", type=int, action="append", required=True, help="a campaign of 1,000; repeated")
    parser.add_argument("--large", type=int, required=True, help="a campaign")
    parser.add_argument("--fast", type=int, required=True, help="a campaign without slow recipients")
    parser.add_argument("--mixed", type=int, required=True, help="a campaign as large again with slow ones")
    parser.add_argument("--psql", required=True)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--veredus", required=True)
    parser.add_argument("--jobs-per-message", type=int, required=True)
    parser.add_argument("--queue-type", required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--delay-ms", type=int, required=True)
    parser.add_argument("--slow-ms", type=int, required=True)
    parser.add_argument("--limit-seconds", type=float, default=1800)
    parser.add_argument("--output", required=True, help="without ending; .json and .txt are written")
    options = parser.parse_args()
    bench = Bench(options)
    result = {
        "jobs_per_message": options.jobs_per_message,
        "queue_type": options.queue_type,
        "connections": options.connections,
        "delay_ms": options.delay_ms,
        "machine": machine(),
        "versions": {
            "swift": first_line("swift", "--version"),
            "postgresql": bench.database.value("SHOW server_version"),
            "commit": first_line("git", "rev-parse", "--short", "HEAD"),
        },
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "small_beside_large": small_beside_large(bench, options),
        "fast_beside_slow": fast_beside_slow(bench, options),
    }
    with open(options.output + ".json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2, ensure_ascii=False)
        file.write("\n")
    with open(options.output + ".txt", "w", encoding="utf-8") as file:
        file.write(as_text(result))
    print(as_text(result))


if __name__ == "__main__":
    main()
