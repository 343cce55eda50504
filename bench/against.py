"""Measure this checkout beside another one, in turns: the cost or the gain of a change."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import deployments, library, load, measures, pages, servers
from bench.load import Target
from bench.measures import Plan, Progress
from bench.servers import ROOT

HEAD = "| | before | now | now / before |\n|---|---:|---:|---:|"
DEPLOYMENTS = (deployments.DIRECT, deployments.BEHIND_PROXY, deployments.ACCESS_LOG, deployments.CACHE_OFF)


def measure(other: Path, folder: Path, keep: Path | None, plan: Plan, progress: Progress) -> str:
    """Return a table of figures: those of the other checkout, which has a .venv of its own, and those of this one."""
    size = plan.sizes[-1]
    instances = {other: folder / "before", ROOT: folder / "now"}
    library.create_or_copy(instances[ROOT], size, keep, progress)
    shutil.copytree(instances[ROOT], instances[other])
    lines = [HEAD, *_articles(instances, folder, plan, progress), *_memory(instances, folder, plan, progress)]
    progress("cold start")
    starts = [
        [servers.cold_start(instance, folder / "log", checkout) for checkout, instance in instances.items()]
        for _ in range(plan.starts + 1)
    ][1:]  # the first one reads files from the disk
    before, now = ([start.cpu_seconds for start in own] for own in zip(*starts, strict=True))
    return "\n".join([*lines, _line(f"cold start, {size:,} posts, s CPU", "{:.2f}", before, now)])


def _articles(instances: Mapping[Path, Path], folder: Path, plan: Plan, progress: Progress) -> list[str]:
    """Return a line for each deployment: the processor time of an article under load."""
    lines = []
    for deployment in DEPLOYMENTS:
        progress(f"article, {deployment.name}")
        with ExitStack() as stack:
            blogs = [
                stack.enter_context(servers.broadsheet(instance, folder / "log", deployment, checkout=checkout))
                for checkout, instance in instances.items()
            ]
            before, now = plan.run_in_turns([measures.blog_target(blog, pages.ARTICLE_PAGE) for blog in blogs])
        for unit, name, form in (("ms CPU", "cpu_ms", "{:.3f}"), ("requests/s", "rate", "{:,.0f}")):
            figures = ([float(getattr(run, name)) for run in runs] for runs in (before, now))
            lines.append(_line(f"article, {deployment.name}, {unit}", form, *figures))
    return lines


def _memory(instances: Mapping[Path, Path], folder: Path, plan: Plan, progress: Progress) -> list[str]:
    """Return two lines: the memory at the start, and after many different articles."""
    addresses = folder / "addresses"
    addresses.write_text("\n".join(library.article_paths(plan.sizes[-1], plan.addresses)) + "\n")
    figures = []
    for checkout, instance in instances.items():
        progress("different articles")
        with servers.broadsheet(instance, folder / "log", checkout=checkout) as blog:
            at_start = measures.memory_at_start(blog)
            load.run(Target(blog, pages.ARTICLE, addresses=addresses), plan.seconds * 2)
            figures.append((at_start, blog.pss_megabytes()))
    names = ("memory at start, MB", "memory after different articles, MB")
    return [
        _line(name, "{:.0f}", *([value] for value in values)) for name, *values in zip(names, *figures, strict=True)
    ]


def _line(name: str, form: str, before: Sequence[float], now: Sequence[float]) -> str:
    """Return a line with the medians, and the median of the ratios, pair by pair."""
    ratio = median(b / a for a, b in zip(before, now, strict=True))
    return f"| {name} | {form.format(median(before))} | {form.format(median(now))} | {ratio:.2f} |"
