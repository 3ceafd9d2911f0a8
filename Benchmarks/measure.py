#!/usr/bin/env python3
"""Measures one campaign, or several at once, from the start to the last recorded result, and the ceiling beside it.

Called by `./dev bench`, which starts everything first. CPU time is read from /proc before and after: of a process,
all its living descendants, and the children it has waited for, so that PostgreSQL's backends count whether they come,
stay or go. Memory is the kernel's own high-water mark of a process (VmHWM); for PostgreSQL, which shares its buffers,
it is sampled: what each process has for itself, added up, and the largest shared part once.

    measure.py timed FILE NAME -- COMMAND…   runs it, adds its seconds, CPU and peak memory to FILE
    measure.py run OPTIONS                   see --help

Only Python's standard library is used.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A process with all its descendants, as /proc shows them."""

    def __init__(self, name, pid, shares_memory=False):
        self.name = name
        self.pid = pid
        self.shares_memory = shares_memory
        self.peak_shared_bytes = 0

    def family(self):
        children = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                fields = stat_fields(int(entry))
                if fields:
                    children.setdefault(int(fields[1]), []).append(int(entry))
        members, queue = [], [self.pid]
        while queue:
            pid = queue.pop()
            members.append(pid)
            queue.extend(children.get(pid, []))
        return members

    def cpu_ms(self):
        """User and system time so far; never shrinks, because what a child used moves to its parent when it ends."""
        total = 0
        for pid in self.family():
            fields = stat_fields(pid)
            if fields:
                total += sum(int(fields[i]) for i in (11, 12, 13, 14))  # utime, stime, cutime, cstime
        return total * 1000 / TICKS

    def is_alive(self):
        fields = stat_fields(self.pid)
        return bool(fields) and fields[0] not in "ZX"

    def sample_memory(self):
        if not self.shares_memory:
            return
        own, shared = 0, 0
        for pid in self.family():
            status = status_kib(pid)
            own += status.get("RssAnon", 0)
            shared = max(shared, status.get("RssShmem", 0) + status.get("RssFile", 0))
        self.peak_shared_bytes = max(self.peak_shared_bytes, (own + shared) * 1024)

    def peak_mib(self):
        if self.shares_memory:
            return self.peak_shared_bytes / 2**20
        return status_kib(self.pid).get("VmHWM", 0) / 1024


def stat_fields(pid):
    """The fields of /proc/PID/stat from the state on, or None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def status_kib(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return {key: int(value) for key, value in re.findall(r"^(\w+):\s+(\d+) kB$", file.read(), re.MULTILINE)}
    except OSError:
        return {}


def characters_read(pid):
    """What a process has read so far, sockets included; None where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/io", encoding="ascii") as file:
            return int(re.search(r"^rchar: (\d+)", file.read(), re.MULTILINE).group(1))
    except (OSError, AttributeError):
        return None


class Database:
    """psql as superuser, for what only the database knows."""

    def __init__(self, psql, url):
        self.command = [psql, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1",
                        "--dbname", url, "--command"]

    def value(self, statement):
        done = subprocess.run(self.command + [statement], stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()


def machine():
    model = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
        if found:
            model = found.group(1)
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1)) / 2**20
    system = "unknown"
    with open("/etc/os-release", encoding="utf-8") as file:
        found = re.search(r'^PRETTY_NAME="?([^"\n]*)', file.read(), re.MULTILINE)
        if found:
            system = found.group(1)
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "kernel": platform.release(),
        "system": system,
        "load_before": round(os.getloadavg()[0], 2),
    }


def first_line(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout.splitlines()[0].strip()
    except (OSError, IndexError):
        return "unknown"


def messages_at_sink(log):
    """The last count that smtp-sink -c, or the simulator once a second, has written; 0 when there is none yet."""
    try:
        if log.endswith(".json"):
            with open(log, encoding="utf-8") as file:
                return json.load(file)["accepted"]
        with open(log, "rb") as file:
            file.seek(max(0, os.path.getsize(log) - 400))
            counts = re.findall(rb"mesg=(\d+)", file.read())
            return int(counts[-1]) if counts else 0
    except (OSError, ValueError):
        return 0


def settled_count(log):
    """The sink's count once it stands still: what the simulator tells is up to a second old."""
    count = messages_at_sink(log)
    while log.endswith(".json"):
        time.sleep(1.5)
        later = messages_at_sink(log)
        if later == count:
            break
        count = later
    return count


def measured(command):
    """Runs a command; its wall seconds, CPU milliseconds and peak MiB."""
    began = time.monotonic()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"error: {' '.join(command)} ended with {child.returncode}. Read its message above.")
    return {
        "seconds": round(time.monotonic() - began, 3),
        "cpu_ms": round((usage.ru_utime + usage.ru_stime) * 1000),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
    }


def measure_ceiling(options, sink):
    """Postfix's smtp-source against the same sink: what no sender of this machine can much exceed."""
    before_cpu, before_count = sink.cpu_ms(), messages_at_sink(options.sink_log)
    count = min(options.ceiling_messages, options.connections * 100) if options.delay_ms else options.ceiling_messages
    done = measured([options.smtp_source, "-s", str(options.connections), "-l", str(options.message_bytes), "-m",
                     str(count), "-d", f"127.0.0.1:{options.sink_port}"])
    arrived = settled_count(options.sink_log) - before_count
    if arrived != count:
        sys.exit(f"error: smtp-source sent {count} messages, and the sink counted {arrived}. Read {options.sink_log}.")
    return {
        "messages": count,
        "connections": options.connections,
        "bytes": options.message_bytes,
        "messages_per_second": round(count / done["seconds"]),
        "source_cpu_ms_per_1000": round(done["cpu_ms"] / count * 1000, 1),
        "sink_cpu_ms_per_1000": round((sink.cpu_ms() - before_cpu) / count * 1000, 1),
        "source_peak_mib": done["peak_mib"],
    }


def chosen(options):
    """The condition for the campaigns that are measured."""
    return f"campaign_id BETWEEN {options.campaign} AND {options.campaign + options.campaigns - 1}"


def started(options, database):
    """Starts them: one as an operator does, several by a statement, which is not timed."""
    if options.start[0] == "sql":
        database.value(options.start[1])
        return None
    return measured(options.start)


def totals(options, database):
    """The report of one campaign; of several what the database says of all of them."""
    if options.campaigns == 1:
        return json.loads(subprocess.run(options.report, stdout=subprocess.PIPE, check=True).stdout)
    return json.loads(database.value(f"""
        WITH k AS (SELECT * FROM counters WHERE {chosen(options)}),
             c AS (SELECT sum(audience)::int AS audience FROM campaigns WHERE {chosen(options)})
        SELECT json_build_object('audience', c.audience, 'counts', json_build_object('accepted', sum(k.accepted)),
            'balanced', c.audience = sum(k.accepted + k.failed + k.suppressed + k.uncertain + k.cancelled + k.expired + k.dead))
        FROM k, c GROUP BY c.audience"""))


def await_end(options, database, processes):
    """Waits until the campaign is finished; looks seldom, because looking costs the database time too."""
    deadline = time.monotonic() + options.limit_seconds
    while True:
        if database.value(f"SELECT bool_and(finished_at IS NOT NULL) FROM campaigns WHERE {chosen(options)}") == "t":
            return
        for process in processes:
            if not process.is_alive():
                sys.exit(f"error: {process.name} has died in mid-campaign. Read its log below .local/run.")
        if time.monotonic() > deadline:
            sys.exit(f"error: not all has ended within {options.limit_seconds} s. Read the logs below .local/run.")
        time.sleep(0.5)


def run(options):
    database = Database(options.psql, options.database_url)
    processes = [Process(name, int(pid), shares_memory=name == "postgresql")
                 for name, pid in (pair.split("=") for pair in options.process)]
    sink = next(process for process in processes if process.name == "sink")
    about = machine()
    ceiling = measure_ceiling(options, sink)

    stop = threading.Event()

    def sample():
        while not stop.wait(1):
            for process in processes:
                process.sample_memory()

    threading.Thread(target=sample, daemon=True).start()
    cpu = {process.name: process.cpu_ms() for process in processes}
    arrived, octets = messages_at_sink(options.sink_log), characters_read(sink.pid)
    began = time.time()
    start = started(options, database)
    await_end(options, database, processes)
    cpu = {process.name: process.cpu_ms() - cpu[process.name] for process in processes}
    stop.set()

    last = float(database.value(
        f"SELECT extract(epoch FROM max(changed_at)) FROM deliveries WHERE {chosen(options)}"))
    seconds = last - began
    report = totals(options, database)
    arrived = messages_at_sink(options.sink_log) - arrived
    audience = report["audience"]
    time.sleep(2)  # the backends hand in their statistics within a second
    updates = json.loads(database.value(
        "SELECT json_build_object('updates', coalesce(sum(n_tup_upd), 0), 'hot', coalesce(sum(n_tup_hot_upd), 0)) "
        "FROM pg_stat_all_tables WHERE relname LIKE 'deliveries%'"))
    result = {
        "recipients": audience,
        "campaigns": options.campaigns,
        "workers": sum(process.name.startswith("worker") for process in processes),
        "jobs_per_message": options.jobs_per_message,
        "queue_type": options.queue_type,
        "connections": options.connections,
        "delay_ms": options.delay_ms,
        "seconds": round(seconds, 2),
        "messages_per_second": round(audience / seconds, 1),
        "arrived_at_sink": arrived,
        "bytes_per_message": None if octets is None else round((characters_read(sink.pid) - octets) / max(arrived, 1)),
        "cpu_ms_per_1000": {name: round(used / audience * 1000, 1) for name, used in cpu.items()},
        "cpu_ms_per_1000_without_sink": round(sum(v for k, v in cpu.items() if k != "sink") / audience * 1000, 1),
        "peak_mib": {process.name: round(process.peak_mib(), 1) for process in processes},
        "hot_share": round(updates["hot"] / updates["updates"], 4) if updates["updates"] else None,
        "synchronous_commit": database.value("SHOW synchronous_commit"),
        "fsync": database.value("SHOW fsync"),
        "full_page_writes": database.value("SHOW full_page_writes"),
        "ceiling": ceiling,
        "share_of_ceiling": round(audience / seconds / ceiling["messages_per_second"], 3),
        **({} if start is None else {"campaign_start": start}),
        "report": report,
        "machine": about,
        "versions": {
            "swift": first_line("swift", "--version"),
            "postgresql": database.value("SHOW server_version"),
            "commit": first_line("git", "rev-parse", "--short", "HEAD"),
        },
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
    }
    if os.path.exists(options.timed):
        with open(options.timed, encoding="utf-8") as file:
            result.update(json.load(file))
    write(options.output, result)
    complaints = []
    if not report.get("balanced"):
        complaints.append("the totals do not balance")
    accepted = report["counts"]["accepted"]
    if arrived != accepted:
        complaints.append(f"the sink counted {arrived} messages, the report has {accepted} accepted")
    if "off" in (result["synchronous_commit"], result["fsync"], result["full_page_writes"]):
        complaints.append("PostgreSQL's safety is switched off: these figures mean nothing")
    if complaints:
        sys.exit("error: " + "; ".join(complaints) + ".")


def write(output, result):
    with open(output + ".json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2, ensure_ascii=False)
        file.write("\n")
    text = as_text(result)
    with open(output + ".txt", "w", encoding="utf-8") as file:
        file.write(text)
    print(text)


def as_text(result):
    about, ceiling = result["machine"], result["ceiling"]
    lines = [
        f"{result['recipients']:,} recipients, {result['jobs_per_message']} job(s) per message, {result['queue_type']} queue, "
        f"{result['connections']} SMTP connections, {result['workers']} worker(s), {result['campaigns']} campaign(s)"
        + (f"; every reply of the sink, which is our simulator, {result['delay_ms']} ms late" if result["delay_ms"] else ""),
        f"{about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}, Linux {about['kernel']}, "
        f"load {about['load_before']} before",
        f"{result['versions']['swift']}; PostgreSQL {result['versions']['postgresql']}; "
        f"commit {result['versions']['commit']}; {result['when']}",
        "",
        f"{result['messages_per_second']:>10,.0f} messages per second: {result['seconds']} s from `campaign start` to the "
        f"last result recorded",
        f"{ceiling['messages_per_second']:>10,.0f} the ceiling: smtp-source{', which does not pipeline,' if result['delay_ms'] else ''} "
        f"to the same sink, {ceiling['connections']} "
        f"connections, {ceiling['bytes']:,} bytes ({result['share_of_ceiling']:.0%} of it reached)",
        "",
        f"{'':14}{'CPU ms per 1,000':>18}{'peak MiB':>12}",
    ]
    for name, used in result["cpu_ms_per_1000"].items():
        lines.append(f"{name:14}{used:>18,.1f}{result['peak_mib'][name]:>12,.1f}")
    lines += [
        f"{'without sink':14}{result['cpu_ms_per_1000_without_sink']:>18,.1f}",
        f"{'smtp-source':14}{ceiling['source_cpu_ms_per_1000']:>18,.1f}{ceiling['source_peak_mib']:>12,.1f}"
        f"   (the ceiling; its sink {ceiling['sink_cpu_ms_per_1000']:,.1f})",
        "",
    ]
    hot = "no updates seen" if result["hot_share"] is None else f"{result['hot_share']:.1%}"
    size = "unknown" if result["bytes_per_message"] is None else f"{result['bytes_per_message']:,}"
    lines.append(f"HOT updates of deliveries: {hot}.  Bytes per message at the sink: {size}.")
    lines.append(f"synchronous_commit {result['synchronous_commit']}, fsync {result['fsync']}, "
                 f"full_page_writes {result['full_page_writes']}.")
    for name, title in (("import", "Import"), ("campaign_start", "`campaign start`")):
        if name in result:
            one = result[name]
            lines.append(f"{title}: {one['seconds']} s, {one['cpu_ms']:,} ms CPU, {one['peak_mib']} MiB in the client.")
    return "\n".join(lines) + "\n"


def timed(file, name, command):
    result = {}
    if os.path.exists(file):
        with open(file, encoding="utf-8") as earlier:
            result = json.load(earlier)
    result[name] = measured(command)
    with open(file, "w", encoding="utf-8") as output:
        json.dump(result, output)


def main():
    if len(sys.argv) > 5 and sys.argv[1] == "timed" and sys.argv[4] == "--":
        timed(sys.argv[2], sys.argv[3], sys.argv[5:])
        return
    parser = argparse.ArgumentParser(prog="measure.py run")
    parser.add_argument("--process", action="append", required=True, help="NAME=PID; one is 'sink'")
    parser.add_argument("--psql", required=True)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--campaign", type=int, required=True)
    parser.add_argument("--campaigns", type=int, default=1, help="how many, numbered from --campaign on")
    parser.add_argument("--start", type=json.loads, required=True, help='a command as a JSON list, or ["sql", STATEMENT]')
    parser.add_argument("--report", type=json.loads, required=True, help="a command as a JSON list")
    parser.add_argument("--sink-log", required=True)
    parser.add_argument("--sink-port", type=int, required=True)
    parser.add_argument("--smtp-source", required=True)
    parser.add_argument("--ceiling-messages", type=int, default=20000)
    parser.add_argument("--message-bytes", type=int, default=5120)
    parser.add_argument("--jobs-per-message", type=int, required=True)
    parser.add_argument("--queue-type", required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--delay-ms", type=int, default=0, help="what the sink waits before each of its replies")
    parser.add_argument("--timed", required=True)
    parser.add_argument("--limit-seconds", type=float, default=1800)
    parser.add_argument("--output", required=True, help="without ending; .json and .txt are written")
    if sys.argv[1:2] != ["run"]:
        parser.error("say 'run' or 'timed' first")
    run(parser.parse_args(sys.argv[2:]))


if __name__ == "__main__":
    main()
