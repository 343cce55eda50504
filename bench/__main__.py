"""`make bench`: create blogs, start servers, measure, print one table and write it to bench/RESULTS.md."""

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

from bench import (
    against,
    deployments,
    edits,
    library,
    measures,
    pages,
    publishing,
    report,
    search,
    servers,
    tools,
    writing_page,
)
from bench.client import Response, WrongResponse, get, get_checked
from bench.measures import QUICK, Plan
from bench.pages import Page
from bench.report import Row
from bench.servers import Server, StartError

RESULTS = Path(__file__).parent / "RESULTS.md"
STARTED = time.monotonic()
PARTS = {"search": search.measure, "writing": writing_page.measure}


def progress(text: str) -> None:
    """Print a line of progress on standard error: standard output is for the table."""
    sys.stderr.write(f"[{time.monotonic() - STARTED:5.0f} s] {text}\n")
    sys.stderr.flush()


def main() -> int:
    """Return the exit status: 0 if all responses were right, whatever the figures; 1 if one was wrong."""
    arguments = _arguments()
    plan = QUICK if arguments.quick else Plan()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if not arguments.only:
            tools.install_missing()
        keep = Path(arguments.folder).absolute() if arguments.folder else None
        with tempfile.TemporaryDirectory(prefix="broadsheet-bench-", dir=keep and _make_folder(keep)) as temporary:
            if arguments.against:
                table = against.measure(Path(arguments.against).absolute(), Path(temporary), keep, plan, progress)
                sys.stdout.write(f"\n{table}\n")
                return 0
            if arguments.only:
                return write_part(*PARTS[arguments.only](Path(temporary), keep, plan, progress), quick=arguments.quick)
            rows = measure(Path(temporary), keep, plan)
            search_rows, section = search.measure(Path(temporary), keep, plan, progress)
    except (WrongResponse, StartError, tools.MissingTool) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was written.\n")
        return 130
    return write_results([*rows, *search_rows], plan, section, quick=arguments.quick)


def measure(folder: Path, keep: Path | None, plan: Plan) -> list[Row]:
    """Return all rows of the table but those of search."""
    instances = {size: folder / str(size) for size in plan.sizes}
    for size, instance in instances.items():
        library.create_or_copy(instance, size, keep, progress)
    largest = instances[plan.sizes[-1]]
    log = folder / "log"
    with ExitStack() as stack:
        blog = stack.enter_context(servers.broadsheet(largest, log))
        at_start = measures.memory_at_start(blog)
        measured = measured_pages(blog)
        sent = {page.file: (response.plain(), response.body) for page, response in measured.items()}
        files = stack.enter_context(servers.nginx(folder / "nginx", sent))
        with ExitStack() as others:
            blogs = [(deployments.DIRECT, blog)]
            blogs += [
                (deployment, others.enter_context(servers.broadsheet(largest, folder / deployment.name, deployment)))
                for deployment in (deployments.BEHIND_PROXY, deployments.ACCESS_LOG)
            ]
            rows = measures.cached_pages(blogs, files, measured, plan, progress)
            with ExitStack() as off:
                by_size = {
                    size: off.enter_context(servers.broadsheet(instance, log, deployments.CACHE_OFF))
                    for size, instance in instances.items()
                }
                rows += measures.uncached_pages(by_size, files, plan, progress)
            rows += edits.publish_while_reading(blogs, largest, plan.edits, progress)
        paths = library.article_paths(plan.sizes[-1], plan.addresses)
        rows.append(measures.memory(blog, at_start, paths, folder, plan, progress))
    rows.append(publishing.measure(folder, keep, plan, progress))
    return [*rows, measures.cold_start(largest, log, f"cold start, {plan.sizes[-1]:,} posts", plan, progress)]


def measured_pages(blog: Server) -> dict[Page, Response]:
    """Return the pages to measure with the cache on, and the bytes for nginx to serve. Raises WrongResponse."""
    style = re.search(r'rel="stylesheet" href="([^"]+)"', get(blog.port, "/").plain().decode())
    if not style:
        raise WrongResponse("The home page names no stylesheet.")
    measured = [*pages.CACHED, pages.stylesheet(style[1])]
    return {page: get_checked(blog.port, page.path, page) for page in measured}


def write_results(rows: Sequence[Row], plan: Plan, section: str = "", *, quick: bool) -> int:
    """Print the table; write it to RESULTS.md if the run was a full one without errors."""
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
    for part in (section, writing_page.previous_section(RESULTS.read_text("utf-8") if RESULTS.exists() else "")):
        text = report.with_section(text, part) if part else text
    RESULTS.write_text(text, "utf-8")
    progress("Written to bench/RESULTS.md")
    return 0


def write_part(rows: Sequence[Row], section: str, *, quick: bool) -> int:
    """Print the rows of a part; put them and its section into the results of the last full run."""
    sys.stdout.write(f"\n{report.table(rows)}\n\n{section}\n" if rows else f"\n{section}\n")
    if not quick:
        before = RESULTS.read_text("utf-8")
        after = report.with_rows(before, rows) if rows else before
        RESULTS.write_text(report.with_section(after, section), "utf-8")
        progress("Written to bench/RESULTS.md; all other rows stay as they were")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Broadsheet beside nginx.")
    parser.add_argument("--quick", action="store_true", help="under five minutes, at most 10,000 posts; hints only")
    parser.add_argument("--only", choices=tuple(PARTS), help="measure this part, and leave all other results alone")
    parser.add_argument("--against", metavar="CHECKOUT", help="compare with this checkout, which has a .venv, and stop")
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
