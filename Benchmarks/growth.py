#!/usr/bin/env python3
"""Puts the figures of `./dev bench SCENARIO=growth` together: OUTPUT.json, OUTPUT.txt, and OUTPUT.svg, a small plot for
each thing that grows.

    growth.py OUTPUT OPTION=VALUE:FILE.json…

Only Python's standard library is used.
"""

import html
import json
import sys

WIDTH, HEIGHT, MARGIN = 300, 170, 36


def figures(path):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    return {
        "messages_per_second": result["messages_per_second"],
        "cpu_ms_per_1000_without_sink": result["cpu_ms_per_1000_without_sink"],
        "cpu_ms_per_1000": result["cpu_ms_per_1000"],
        "peak_mib": result["peak_mib"],
    }, result["machine"], result["versions"]


def panel(option, points, place):
    """Messages per second and CPU, each against its own largest value; the values below stand in their order."""
    left, top = MARGIN + place % 2 * (WIDTH + MARGIN), MARGIN + place // 2 * (HEIGHT + 2 * MARGIN)
    parts = [f'<text x="{left}" y="{top - 10}" class="title">{html.escape(option)}</text>',
             f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" class="frame"/>']
    step = WIDTH / max(1, len(points) - 1)
    for key, css in (("messages_per_second", "rate"), ("cpu_ms_per_1000_without_sink", "cpu")):
        most = max(figure[key] for _, figure in points)
        line = [(left + index * step, top + HEIGHT * (1 - 0.9 * figure[key] / most))
                for index, (_, figure) in enumerate(points)]
        parts.append(f'<polyline class="{css}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in line)}"/>')
        for (x, y), (_, figure) in zip(line, points):
            parts.append(f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
                         f'<text x="{x:.1f}" y="{y - 6:.1f}" class="{css}">{figure[key]:,.0f}</text>')
    for index, (value, _) in enumerate(points):
        parts.append(f'<text x="{left + index * step:.1f}" y="{top + HEIGHT + 14}">{value:,}</text>')
    return parts


def main():
    output, series, machine, versions = sys.argv[1], {}, None, None
    for argument in sys.argv[2:]:
        point, path = argument.split(":", 1)
        option, value = point.split("=")
        figure, machine, versions = figures(path)
        series.setdefault(option, []).append((int(value), figure))
    for points in series.values():
        points.sort(key=lambda point: point[0])
    with open(output + ".json", "w", encoding="utf-8") as file:
        json.dump({"machine": machine, "versions": versions,
                   "series": {option: [{"value": value, **figure} for value, figure in points]
                              for option, points in series.items()}}, file, indent=2, ensure_ascii=False)
        file.write("\n")
    about = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, commit {versions['commit']}"
    lines = [about, ""]
    for option, points in series.items():
        lines.append(f"{option:16}{'messages/s':>12}{'CPU ms/1,000':>14}{'worker MiB':>12}")
        for value, figure in points:
            lines.append(f"{value:>16,}{figure['messages_per_second']:>12,.0f}"
                         f"{figure['cpu_ms_per_1000_without_sink']:>14,.1f}{figure['peak_mib']['worker']:>12,.1f}")
        lines.append("")
    with open(output + ".txt", "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    print("\n".join(lines))
    height = MARGIN + (len(series) + 1) // 2 * (HEIGHT + 2 * MARGIN)
    with open(output + ".svg", "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * (WIDTH + MARGIN) + MARGIN}" height="{height + 20}">\n'
                   "<style>text { font: 10px sans-serif; text-anchor: middle } .title { text-anchor: start; font-weight: bold }"
                   " .frame { fill: none; stroke: #999 } polyline { fill: none; stroke-width: 2 }"
                   " polyline.rate { stroke: #0a6 } circle.rate, text.rate { fill: #0a6 }"
                   " polyline.cpu { stroke: #c50 } circle.cpu, text.cpu { fill: #c50 }</style>\n"
                   '<rect width="100%" height="100%" fill="#fff"/>\n')
        for place, (option, points) in enumerate(series.items()):
            file.write("\n".join(panel(option, points, place)) + "\n")
        file.write(f'<text x="{MARGIN}" y="{height + 8}" class="title">{html.escape(about)}. Green: messages per second; '
                   "orange: CPU ms per 1,000 messages, all but the sink.</text>\n</svg>\n")


if __name__ == "__main__":
    main()
