"""Format the table of results, and bench/RESULTS.md with date, machine and method."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from itertools import takewhile

from bench import proc
from bench.pages import Goal
from blog.extensions import sqlite_driver

HEADINGS = (
    "what", "requests/s", "CPU ms a request", "p50 ms", "p99 ms", "nginx requests/s", "nginx CPU ms", "of nginx",
    "also", "goal (close to the limit)", "result",
)  # fmt: skip
NUMBERS = range(1, 8)

METHOD = """
wrk (2 threads, 32 connections, `Accept-Encoding: gzip`) drives Broadsheet and nginx in turns (A B A B) on this one
machine, so it takes its share of the same cores from both; each has two workers. nginx serves, as a file with its
`.gz` beside it, the very bytes that Broadsheet sends. Figures are medians of {rounds} runs of {seconds} s after a
warm-up; ratios are taken pair by pair. The machine is shared with others: trust ratios and processor time more than
requests per second, and small differences not at all. p50 and p99 are those of a server
that is kept busy without pause.

- CPU is user and system time, from `/proc`, of all processes of the server, divided by the requests.
- “Cache off” is `BLOG_PAGE_CACHE_MB=0`, in the largest blog: each request makes its page anew. “Times the small blog”
  divides the processor time there by that in a blog of {smallest:,} posts, pair by pair.
- Before a page is counted, its status, type, compression, words, validators and 304 are checked; after each run, that
  there were no errors and that answers had the right size.
- “Behind a proxy” is `BLOG_TRUSTED_PROXIES=1`; wrk sends the headers that nginx would add. “With access log” is
  `--access-log`, standard error being a file. All three servers and nginx are driven in turns.
- “An edit a second”: another process edits the article through `blog.core`; {readers} readers of each server, written
  in Python, note the time before they ask. An answer is stale when it shows less than was acknowledged before it was
  asked for.
- Memory is PSS (what processes share counts once), of all processes of the server: when both workers have answered,
  and after all the above.
- A cold start is the processor time of all processes from exec to the first answer of the home page.
"""


@dataclass(frozen=True)
class Row:
    """A line of the table; `wrong` names errors, which make a run worthless."""

    name: str
    figures: dict[str, float]
    goals: tuple[Goal, ...] = ()
    remark: str = ""
    wrong: str = field(default="")

    def results(self) -> str:
        return "; ".join(goal.result(self.figures[goal.figure]) for goal in self.goals)

    def remarks(self) -> str:
        """Return the figures without a column of their own, the remark and errors."""
        formats = {
            "start_mb": "{:.0f} MB PSS at start",
            "pss_mb": "{:.0f} MB after load",
            "cold_s": "{:.2f} s CPU",
            "growth": "{:.2f} times the small blog",
        }
        parts = [form.format(self.figures[name]) for name, form in formats.items() if name in self.figures]
        errors = self.figures.get("socket_errors", 0) + self.figures.get("nginx_errors", 0)
        parts += [self.remark] if self.remark else []
        parts += [f"{errors:.0f} socket errors"] if errors else []
        return "; ".join(parts + ([f"WRONG: {self.wrong}"] if self.wrong else []))

    def cells(self) -> list[str]:
        columns = {
            "rate": "{:,.0f}", "cpu_ms": "{:.3f}", "p50_ms": "{:.2f}", "p99_ms": "{:.2f}", "nginx_rate": "{:,.0f}",
            "nginx_cpu_ms": "{:.3f}", "of_nginx": "{:.3f}",
        }  # fmt: skip
        numbers = [form.format(self.figures[name]) if name in self.figures else "" for name, form in columns.items()]
        return [self.name, *numbers, self.remarks(), "; ".join(goal.text() for goal in self.goals), self.results()]


def table(rows: Sequence[Row]) -> str:
    """Return all rows as an aligned Markdown table."""
    return _aligned([list(HEADINGS), *(row.cells() for row in rows)])


def _aligned(lines: list[list[str]]) -> str:
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    rule = [f"{'-' * (width - 1)}:" if place in NUMBERS else "-" * width for place, width in enumerate(widths)]
    lines.insert(1, rule)
    return "\n".join(f"| {' | '.join(_padded(line, widths))} |" for line in lines)


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if place in NUMBERS else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def machine(nginx_version: str) -> str:
    """Describe the machine without naming it or its owner."""
    parts = [
        f"{len(os.sched_getaffinity(0))} cores of {proc.cpu_model()}",
        f"{platform.system()} {platform.release()} ({platform.machine()})",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("granian", "flask", "sqlalchemy")),
        f"SQLite {sqlite_driver().sqlite_version}",
        *([f"nginx {nginx_version}"] if nginx_version else []),
    ]
    return ", ".join(parts)


MISSES = "What misses its goal, and why, is told in [docs/performance.md](../docs/performance.md#what-was-left)."


def with_rows(text: str, rows: Sequence[Row]) -> str:
    """Return RESULTS.md with these rows: they replace rows of the same name, or follow all others."""
    first = text[text.index("\n|") + 1 :]
    before = list(takewhile(lambda line: line.startswith("|"), first.splitlines()))
    cells = {row[0]: row for row in ([cell.strip() for cell in line.strip("|").split("|")] for line in before[2:])}
    cells |= {row.name: row.cells() for row in rows}
    return text.replace("\n".join(before), _aligned([list(HEADINGS), *cells.values()]))


def with_section(text: str, section: str) -> str:
    """Return RESULTS.md with this section: it replaces the one with the same heading, or stands at the end."""
    heading = section.partition("\n")[0]
    before, old_heading, after = text.partition(f"{heading}\n")
    rest = after[after.index("\n## ") + 1 :] if old_heading and "\n## " in after else ""
    return f"{before.rstrip()}\n\n{section.rstrip()}\n" + (f"\n{rest}" if rest else "")


def results_page(rows: Sequence[Row], *, now: datetime, on: str, command: str, method: str) -> str:
    return (
        f"# How fast\n\nMeasured on {now:%Y-%m-%d} by `{command}`, which writes this file.\n\n"
        f"Machine: {on}.\n\n{table(rows)}\n\n{MISSES}\n\n## How it was measured\n{method}"
    )
