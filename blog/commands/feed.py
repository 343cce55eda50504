"""feed check: read the feeds as subscribers do, and report faults."""

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC
from itertools import chain
from typing import Any

import click

from blog import outbound
from blog.commands import json_option, open_blog, print_result, progress_bar
from blog.core.errors import NotFound
from blog.core.text.amounts import count_of
from blog.feeds import rules
from blog.feeds import validate as core
from blog.feeds.parse import ParsedFeed
from blog.feeds.validate import FeedReport

NOTHING = "There is nothing that a subscriber would miss or meet twice."


@click.group()
def feed() -> None:
    """Look after the feeds."""


@feed.command()
@click.argument("url", required=False)
@json_option
def check(url: str | None, as_json: bool) -> None:
    """Read this blog's feeds, or the feed or page at URL, as subscribers do. Exit status 1 when something is wrong.

    Of this blog every feed is checked; the site's own are followed to the first post, those of tags and authors are
    not. At a URL a feed of this blog is compared with the database too, so that a server, a proxy or a new host can
    be judged.
    """
    with open_blog() as app, app.test_request_context(base_url=app.config["SITE_URL"]):
        fetch = network_fetcher(url, app.config["SITE_URL"]) if url is not None else core.app_fetcher(app)
        groups = [core.discover_feeds(url, fetch)] if url is not None else core.site_feeds()
        reports = [
            core.check_formats(addresses, fetch, progress, whole=not number) for number, addresses in enumerate(groups)
        ]
    bad = any(report.faults for report in chain(*reports))
    print_result(full_text(reports), {"well": not bad, "feeds": list(map(data, chain(*reports)))}, as_json=as_json)
    if bad:
        sys.exit(1)


def network_fetcher(url: str, site_url: str) -> core.Fetch:
    """Return a function that asks the server at a URL. It may be in the own network: the owner named it."""

    def fetch(address: str, headers: Mapping[str, str]) -> outbound.OutboundResponse:
        try:
            return outbound.get(address, site=site_url, allow=[outbound.host_and_port(url)], headers=headers)
        except outbound.Unreachable as error:
            raise NotFound(str(error)) from error

    return fetch


def progress(documents: Iterable[ParsedFeed], expected: int) -> Iterable[ParsedFeed]:
    return progress_bar(documents, "Reading", expected, shortest=50)


def full_text(reports: list[list[FeedReport]]) -> str:
    """Return the text for people: all reports of the site's feeds, and those of tags and authors that have faults."""
    site, others = reports[0], list(chain(*reports[1:]))
    lines = [report_text(report) for report in site]
    if well := [report for report in others if not report.faults]:
        lines.append(f"ok    {count_of(len(well), 'feed')} of tags and authors, each with its newest posts.")
    lines += [report_text(report) for report in others if report.faults]
    faults = sum(len(report.faults) for report in [*site, *others])
    return "\n".join([*lines, f"{count_of(faults, 'fault')}." if faults else NOTHING])


def report_text(report: FeedReport) -> str:
    lines = [f"{'BAD ' if report.faults else 'ok  '}  {report.address}"]
    if report.first is not None:
        lines.append(
            f"      {report.format}, {count_of(len(report.items), 'post')}"
            f" in {count_of(report.documents, 'document')}{newest(report)}."
        )
        if not report.compared:
            lines.append("      It is not a feed of this blog: its posts were not compared with the database.")
    return "\n".join([*lines, *(f"      {fault}" for fault in report.faults)])


def newest(report: FeedReport) -> str:
    date = rules.parse_date(report.items[0].published, report.format) if report.items else None
    return f", the newest of {date.astimezone(UTC):%Y-%m-%d}" if date else ""


def data(report: FeedReport) -> dict[str, Any]:
    return {
        "address": report.address,
        "format": report.format,
        "documents": report.documents,
        "posts": len(report.items),
        "compared": report.compared,
        "faults": report.faults,
    }
