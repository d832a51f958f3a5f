"""The report on the measurements: medians and quartiles, the table, the targets, and the chart."""

import io
import math
import statistics
import zipfile
from pathlib import Path

NAMES = {
    "empty": "empty lambda_runtime handler",
    "this": "**this function**",
    "usual": "Rust, default AWS SDK",
    "node": "Node.js, AWS SDK bundled",
    "boto3": "Python, boto3",
}
COLUMNS = [
    ("cold_plain", "total_ms", "cold, plain HTTP"),
    ("cold_tls", "total_ms", "cold, TLS"),
    ("cold_share", "total_ms", "cold, TLS, 1/14 of a CPU after startup"),
    ("warm_tls", "p50_ms", "warm, TLS, median"),
    ("warm_tls", "p99_ms", "warm p99"),
    ("warm_tls", "peak_mb", "peak MB"),
]
# Processor time: a part, and its figures, which are added up.
COLD = ("cold_tls", "start_processor_ms", "event_processor_ms")
WARM = ("warm_tls", "processor_ms")


def results(taken, machine, missing, binary):
    scale = taken.pop("scale")
    return {
        "machine": machine,
        "missing": missing,
        "binary_mb": round(Path(binary).stat().st_size / 1_048_576, 2),
        "zip_mb": round(zipped(binary) / 1_048_576, 2),
        "figures": {part: {name: spread(of) for name, of in runs.items()} for part, runs in taken.items()},
        "scale": scale,
    }


def zipped(binary):
    """The size of the deployment package: the binary, deflated."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(binary, "bootstrap")
    return len(package.getvalue())


def spread(samples):
    """Median, quartiles and number of runs. An error in place of figures stays as it is."""
    if not isinstance(samples, dict):
        return samples
    return {name: of if isinstance(of, str) else quartiles(of) for name, of in samples.items()}


def quartiles(samples):
    low, middle, high = statistics.quantiles(samples, n=4, method="inclusive") if len(samples) > 1 else samples * 3
    return {"median": round(middle, 3), "quartiles": [round(low, 3), round(high, 3)], "runs": len(samples)}


def figure(found, part, name, of):
    """A median, or None if there is none."""
    entry = found["figures"][part].get(name)
    return entry.get(of, {}).get("median") if isinstance(entry, dict) and "failed" not in entry else None


def short(number):
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 1 else f"{number:.2f}"


def table(found):
    lines = ["| milliseconds | " + " | ".join(title for *_, title in COLUMNS) + " |"]
    lines.append("|---|" + "---:|" * len(COLUMNS))
    for name, title in NAMES.items():
        cells = [cell(found, part, name, of) for part, of, _ in COLUMNS]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    runs = found["figures"]["cold_tls"]["this"]["total_ms"]["runs"]
    lines.append("")
    lines.append(f"Medians of {runs} starts, with quartiles in parentheses and the multiple of the empty handler (x). Each round runs the functions in another order.")
    lines.append("")
    lines.append("| processor time, milliseconds | cold, TLS | warm, TLS, per event |")
    lines.append("|---|---:|---:|")
    for name, title in NAMES.items():
        lines.append(f"| {title} | {processor(found, name, COLD)} | {processor(found, name, WARM)} |")
    return "\n".join(lines)


def processor(found, name, parts):
    """Processor time, which other load on the machine affects less than wall time."""
    def used(name):
        part, *figures = parts
        times = [figure(found, part, name, of) for of in figures]
        return None if None in times else sum(times)

    time, empty = used(name), used("empty")
    if time is None:
        return "missing" if name in found["missing"] else "failed"
    return with_multiple(short(time), time, name, empty)


def cell(found, part, name, of):
    median = figure(found, part, name, of)
    if median is None:
        return "missing" if name in found["missing"] or "missing" in found["figures"][part] else "failed"
    low, high = found["figures"][part][name][of]["quartiles"]
    text = f"{short(median)} ({short(low)} to {short(high)})"
    return with_multiple(text, median, name, None if of == "peak_mb" else figure(found, part, "empty", of))


def with_multiple(text, number, name, empty):
    """The figure, with its multiple of the empty handler's."""
    return text if name == "empty" or not empty else f"{text}, {short(number / empty)} x"


def targets(found):
    """The targets, and whether the results meet them."""
    def ratio(part, name, of="total_ms", by="this"):
        above, below = figure(found, part, name, of), figure(found, part, by, of)
        return above / below if above and below else None

    def of(name, part="cold_tls"):
        return ratio(part, name)

    grown = figure(found, "warm_tls", "this", "peak_mb") - figure(found, "warm_tls", "this", "peak_early_mb")
    p99 = figure(found, "warm_tls", "this", "p99_ms") / figure(found, "warm_tls", "this", "p50_ms")
    rows = [
        ("cold, plain HTTP: multiple of the empty handler", ratio("cold_plain", "this", by="empty"), "<=", 1.8),
        ("cold, TLS: multiple of the empty handler", ratio("cold_tls", "this", by="empty"), "<=", 3.5),
        ("cold, TLS: default SDK, multiple of this function", of("usual"), ">=", 5),
        ("1/14 of a CPU: multiple of the empty handler", ratio("cold_share", "this", by="empty"), "<=", 3),
        ("1/14 of a CPU: default SDK, multiple of this function", of("usual", "cold_share"), ">=", 20),
        ("warm, TLS: default SDK, multiple of this function", ratio("warm_tls", "usual", "p50_ms"), ">=", 2),
        ("warm, TLS: p99, multiple of the median", p99, "<=", 3),
        ("peak memory, MB", figure(found, "warm_tls", "this", "peak_mb"), "<=", 7),
        ("memory growth from event 500 to event 2,000, MB", grown, "<=", 0.1),
        ("zip file, MB", found["zip_mb"], "<=", 2),
        ("cold, TLS: Node.js, multiple of this function", of("node"), ">=", 20),
        ("cold, TLS: boto3, multiple of this function", of("boto3"), ">=", 40),
        ("1/14 of a CPU: Node.js, multiple of this function", of("node", "cold_share"), ">=", 50),
        ("1/14 of a CPU: boto3, multiple of this function", of("boto3", "cold_share"), ">=", 80),
    ]
    lines = ["| target | bound | measured | |", "|---|---|---:|---|"]
    for title, measured, sense, bound in rows:
        sign = "at most" if sense == "<=" else "at least"
        if measured is None:
            lines.append(f"| {title} | {sign} {bound} | | not measured |")
            continue
        met = measured <= bound if sense == "<=" else measured >= bound
        lines.append(f"| {title} | {sign} {bound} | {measured:.2f} | {'met' if met else '**missed**'} |")
    return "\n".join(lines)


def scale(found):
    lines = []
    for what, costs in found["scale"].items():
        lines += [*[""] * bool(lines), f"| {what} | ms per event | µs each |", "|---:|---:|---:|"]
        lines += [f"| {size} | {cost:.2f} | {1000 * cost / size:.1f} |" for size, cost in costs]
    return "\n".join(lines)


def show(found, page):
    """Writes the tables and the chart between the page's markers."""
    begin, end = "<!-- begin: written by bench/run -->\n", "<!-- end: written by bench/run -->"
    before, rest = page.read_text().split(begin)
    after = rest.split(end)[1]
    machine = found["machine"]
    shown = f"""
![Cold starts of the function and its peers](results.svg)

{table(found)}

Machine: {machine["processors"]} processors, {machine["processor"]}, load average {machine["load_before_and_after"][0]:.1f} before and {machine["load_before_and_after"][1]:.1f} after. Binary: {found["binary_mb"]} MB. Zip file: {found["zip_mb"]} MB.

{targets(found)}

{scale(found)}

"""
    page.write_text(before + begin + shown + end + after)


def picture(found):
    """Bars on a logarithmic scale: a cold start over TLS, at full speed and at a share of a processor."""
    panels = [("cold_tls", "Cold start to first response, TLS"), ("cold_share", "The same at 1/14 of a CPU after startup")]
    names = list(NAMES)
    bar, left, width = 26, 236, 400
    height = len(panels) * (len(names) * bar + 50) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="720" height="{height}" fill="#fff"/>',
    ]
    y = 26
    for part, title in panels:
        parts.append(f'<text x="12" y="{y}" font-weight="bold">{title}, ms (logarithmic)</text>')
        y += 12
        for name in names:
            median = figure(found, part, name, "total_ms")
            label = NAMES[name].strip("*")
            parts.append(f'<text x="{left - 8}" y="{y + 17}" text-anchor="end">{label}</text>')
            if median is None:
                parts.append(f'<text x="{left}" y="{y + 17}" fill="#777">missing</text>')
            else:
                parts += bars(left, y, length(median, width), median, found["figures"][part][name]["total_ms"], width, name)
            y += bar
        y += 38
    return "\n".join([*parts, "</svg>", ""])


def length(ms, width):
    """From 1 ms to 3 s."""
    return max(2.0, width * math.log10(max(ms, 1.0)) / math.log10(3_000))


def bars(x, y, long, median, entry, width, name):
    low, high = (x + length(value, width) for value in entry["quartiles"])
    colour = "#d2691e" if name == "this" else "#8da3b5"
    return [
        f'<rect x="{x}" y="{y + 4}" width="{long:.1f}" height="18" fill="{colour}"/>',
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 13}" y2="{y + 13}" stroke="#222"/>',
        f'<text x="{max(x + long, high) + 6:.1f}" y="{y + 17}">{short(median)}</text>',
    ]
