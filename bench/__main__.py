"""`make bench`: make the blogs, start the servers, measure, print one table, keep it in bench/RESULTS.md."""

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from bench import edits, library, measures, pages, report, search, servers, tools, writing_page
from bench.client import Response, WrongResponse, get, get_checked
from bench.measures import QUICK, Plan
from bench.pages import Page
from bench.report import Row
from bench.servers import Server, StartError

RESULTS = Path(__file__).parent / "RESULTS.md"
STARTED = time.monotonic()
PARTS = {"search": search.measure, "writing": writing_page.measure}


def progress(text: str) -> None:
    """A line of progress, on standard error: standard output is the table."""
    sys.stderr.write(f"[{time.monotonic() - STARTED:5.0f} s] {text}\n")
    sys.stderr.flush()


def main() -> int:
    """The exit status: 0 when all answers were right, whatever the figures; 1 when one was wrong."""
    arguments = _arguments()
    plan = QUICK if arguments.quick else Plan()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if not arguments.only:
            tools.install_missing()
        keep = Path(arguments.folder).absolute() if arguments.folder else None
        with tempfile.TemporaryDirectory(prefix="broadsheet-bench-", dir=keep and _make_folder(keep)) as temporary:
            if arguments.only:
                return write_part(*PARTS[arguments.only](Path(temporary), keep, plan, progress), quick=arguments.quick)
            rows = measure(Path(temporary), keep, plan)
            found, section = search.measure(Path(temporary), keep, plan, progress)
    except (WrongResponse, StartError, tools.MissingTool) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was written.\n")
        return 130
    return write_results([*rows, *found], plan, section, quick=arguments.quick)


def measure(folder: Path, keep: Path | None, plan: Plan) -> list[Row]:
    """All rows of the table."""
    instances = {size: folder / str(size) for size in plan.sizes}
    for size, instance in instances.items():
        library.create_or_copy(instance, size, keep, progress)
    largest = instances[plan.sizes[-1]]
    log = folder / "log"
    with ExitStack() as stack:
        blog = stack.enter_context(servers.broadsheet(largest, log))
        measured = measured_pages(blog)
        sent = {page.file: (answer.plain(), answer.body) for page, answer in measured.items()}
        files = stack.enter_context(servers.nginx(folder / "nginx", sent))
        rows = measures.cached_pages(blog, files, measured, plan, progress)
        with ExitStack() as off:
            blogs = {
                size: off.enter_context(servers.broadsheet(instance, log, page_cache=False))
                for size, instance in instances.items()
            }
            rows += measures.uncached_pages(blogs, files, plan, progress)
        rows.append(edits.publish_while_reading(blog, largest, plan.edits, progress))
        paths = library.article_paths(plan.sizes[-1], plan.addresses)
        rows.append(measures.memory(blog, paths, folder, plan, progress))
    return [*rows, measures.cold_start(largest, log, f"cold start, {plan.sizes[-1]:,} posts", plan, progress)]


def measured_pages(blog: Server) -> dict[Page, Response]:
    """The pages that are measured with the cache on, and the bytes that nginx shall serve. Raises WrongAnswer."""
    style = re.search(r'rel="stylesheet" href="([^"]+)"', get(blog.port, "/").plain().decode())
    if not style:
        raise WrongResponse("The home page names no stylesheet.")
    measured = [*pages.CACHED, pages.stylesheet(style[1])]
    return {page: get_checked(blog.port, page.path, page) for page in measured}


def write_results(rows: Sequence[Row], plan: Plan, section: str = "", *, quick: bool) -> int:
    """Print the table; keep it when it is a whole one and right."""
    sys.stdout.write(f"\n{report.table(rows)}\n\n")
    wrong = [f"{row.name}: {row.wrong}" for row in rows if row.wrong]
    if wrong:
        sys.stderr.write("Wrong answers; nothing was written.\n" + "\n".join(wrong) + "\n")
        return 1
    if quick:
        progress("A quick run gives hints, not figures: bench/RESULTS.md stays as it is")
        return 0
    facts = {"rounds": plan.rounds, "seconds": plan.seconds, "smallest": plan.sizes[0], "readers": edits.READERS}
    text = report.results_page(
        rows,
        now=datetime.now(UTC),
        on=report.machine(tools.nginx_version()),
        command="make bench",
        method=report.METHOD.format(**facts),
    )
    for each in (section, writing_page.previous_section(RESULTS.read_text("utf-8") if RESULTS.exists() else "")):
        text = report.with_section(text, each) if each else text
    RESULTS.write_text(text, "utf-8")
    progress("Written to bench/RESULTS.md")
    return 0


def write_part(rows: Sequence[Row], section: str, *, quick: bool) -> int:
    """Print the rows of a part; keep them and its section among the results of the last whole run."""
    sys.stdout.write(f"\n{report.table(rows)}\n\n{section}\n" if rows else f"\n{section}\n")
    if not quick:
        before = RESULTS.read_text("utf-8")
        after = report.with_rows(before, rows) if rows else before
        RESULTS.write_text(report.with_section(after, section), "utf-8")
        progress("Written to bench/RESULTS.md; all other rows stay as they were")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Broadsheet beside nginx.")
    parser.add_argument("--quick", action="store_true", help="under two minutes, at most 10,000 posts; hints only")
    parser.add_argument("--only", choices=tuple(PARTS), help="measure this part, and leave all other results alone")
    parser.add_argument(
        "--folder", default=os.environ.get("BENCH_FOLDER"), help="keeps the blogs for the next run (else BENCH_FOLDER)"
    )
    return parser.parse_args()


def _make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
