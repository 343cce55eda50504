"""Measure the rows of the table, apart from publishing while reading (edits.py) and search (search.py)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import load, pages, servers
from bench.client import Response, WrongResponse, get, get_checked, get_not_modified
from bench.deployments import Deployment
from bench.load import Run, Target
from bench.pages import Page
from bench.report import Row
from bench.servers import Server

Progress = Callable[[str], None]
Deployed = Sequence[tuple[Deployment, Server]]


@dataclass(frozen=True)
class Plan:
    """Sizes, rounds and seconds of a run."""

    sizes: tuple[int, ...] = (100, 1_000, 100_000)
    rounds: int = 3
    seconds: int = 10
    warm: int = 2
    starts: int = 5
    edits: int = 30
    addresses: int = 10_000
    uncached_beside_nginx: bool = True

    def run_in_turns(self, targets: Sequence[Target]) -> list[list[Run]]:
        return load.run_in_turns(targets, rounds=self.rounds, seconds=self.seconds, warm=self.warm)


QUICK = Plan(
    sizes=(100, 10_000), rounds=1, seconds=2, warm=1, starts=2, edits=4, addresses=5_000, uncached_beside_nginx=False
)


def blog_target(server: Server, page: Page, *same: Response) -> Target:
    """Check several responses, so that each worker sends one, which must be the `same`; return the target.

    Raises WrongResponse.
    """
    responses = [get_checked(server.port, page.path, page, **server.headers) for _ in range(6)]
    if len({response.body for response in (*responses, *same)}) > 1:
        raise WrongResponse(f"{page.path} says different things to different readers.")
    return _target(server, page.path, page, responses[0])


def nginx_target(files: Server, page: Page, ours: Response, *, same_gzip: bool = True) -> Target:
    """Return nginx's target. Raise WrongResponse if it does not serve the same bytes."""
    path = f"/{page.file}"
    theirs = get_checked(files.port, path, page)
    if (same_gzip and theirs.body != ours.body) or get(files.port, path).body != ours.plain():
        raise WrongResponse(f"nginx serves other bytes for {page.path}.")
    return _target(files, path, page, theirs)


def _target(server: Server, path: str, page: Page, response: Response) -> Target:
    if not page.not_modified:
        return Target(server, path, response.wire_bytes)
    tag = response.headers["etag"]
    not_modified = get_not_modified(server.port, path, tag, **server.headers)
    return Target(server, path, not_modified.wire_bytes, {"If-None-Match": tag})


def cached_pages(
    blogs: Deployed, files: Server, measured: Mapping[Page, Response], plan: Plan, progress: Progress
) -> list[Row]:
    """Return a row for each page from the page cache, compared with nginx, and for the article in each deployment."""
    rows = []
    for page, response in measured.items():
        progress(f"{page.name}, beside nginx")
        everywhere = page is pages.ARTICLE_PAGE
        measured_at = blogs if everywhere else blogs[:1]
        targets = [blog_target(server, page, response) for _, server in measured_at]
        *all_ours, theirs = plan.run_in_turns([*targets, nginx_target(files, page, response)])
        for (deployment, _), ours in zip(measured_at, all_ours, strict=True):
            name = f"{page.name}, {deployment.name}" if everywhere else page.name
            goals = deployment.article_goals() if everywhere else page.goals
            rows.append(Row(name, load.medians(ours) | _compare(ours, theirs), goals))
    return rows


def uncached_pages(blogs: Mapping[int, Server], files: Server, plan: Plan, progress: Progress) -> list[Row]:
    """Return a row for each page without the page cache, and how its cost grows with the blog."""
    rows = []
    for page in pages.UNCACHED:
        progress(f"{page.name}, cache off, in blogs of {', '.join(f'{size:,}' for size in blogs)} posts")
        targets = [blog_target(blog, page) for blog in blogs.values()]
        beside = page.beside_nginx and plan.uncached_beside_nginx
        if beside:
            # Without the cache a page may be compressed less, but its text is the same.
            response = get_checked(targets[-1].server.port, page.path, page)
            targets.append(nginx_target(files, page, response, same_gzip=False))
        runs = plan.run_in_turns(targets)
        by_size = runs[: len(blogs)]
        figures = load.medians(by_size[-1]) | {"growth": load.median_ratio("cpu_ms", by_size[-1], by_size[0])}
        if beside:
            figures |= _compare(by_size[-1], runs[-1])
        costs = ", ".join(f"{load.medians(size_runs)['cpu_ms']:.2f}" for size_runs in by_size)
        sizes = ", ".join(f"{size:,}" for size in blogs)
        rows.append(Row(f"{page.name}, cache off", figures, page.goals, f"{costs} ms CPU at {sizes} posts"))
    return rows


def _compare(ours: Sequence[Run], theirs: Sequence[Run]) -> dict[str, float]:
    nginx = load.medians(theirs)
    ratios = {"of_nginx": load.median_ratio("rate", ours, theirs)}
    errors = nginx["socket_errors"]
    return ratios | {"nginx_rate": nginx["rate"], "nginx_cpu_ms": nginx["cpu_ms"], "nginx_errors": errors}


def memory_at_start(blog: Server) -> float:
    """Return the megabytes of a new server once its workers have answered."""
    for _ in range(20):
        get(blog.port, "/", **blog.headers)
    blog.idle_cpu_seconds()
    return blog.pss_megabytes()


def memory(blog: Server, at_start: float, paths: Sequence[str], folder: Path, plan: Plan, progress: Progress) -> Row:
    """Return the memory of all processes of the server after many different articles, and all that came before."""
    progress(f"{len(paths):,} different articles")
    addresses = folder / "addresses"
    addresses.write_text("\n".join(paths) + "\n")
    run = load.run(Target(blog, paths[0], addresses=addresses), plan.seconds * 2)
    figures = load.medians([run]) | {"start_mb": at_start, "pss_mb": blog.pss_megabytes()}
    remark = f"{run.requests:,} answers to {len(paths):,} addresses"
    name = f"different articles, {plan.sizes[-1]:,} posts"
    return Row(name, figures, pages.MEMORY, remark)


def cold_start(instance: Path, log: Path, name: str, plan: Plan, progress: Progress) -> Row:
    """Return the median cost of a start until the first response; the first start is not counted."""
    progress(name)
    starts = [servers.cold_start(instance, log) for _ in range(plan.starts + 1)][1:]
    cpu = [start.cpu_seconds for start in starts]
    wall = median(start.seconds for start in starts)
    megabytes = median(start.pss_megabytes for start in starts)
    remark = f"{min(cpu):.2f} to {max(cpu):.2f} s CPU, {wall:.2f} s on the clock, {megabytes:.0f} MB then"
    return Row(name, {"cold_s": median(cpu)}, (pages.COLD_START,), remark)
