"""feed check: is what subscribers get faultless?"""

import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import click

from blog import outbound
from blog.commands import json_option, open_blog, print_result
from blog.core.errors import NotFound
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
@click.pass_context
def check(ctx: click.Context, url: str | None, as_json: bool) -> None:
    """Read this blog's feeds, or the feed or page at URL, as subscribers do. Exit status 1 when something is wrong.

    Of this blog every feed is checked; the site's own are followed to the first post, those of tags and authors are
    not. At a URL a feed of this blog is compared with the database too, so that a server, a proxy or a new host can
    be judged.
    """
    with open_blog(ctx) as app, app.test_request_context(base_url=app.config["SITE_URL"]):
        fetch = over_network(url, app.config["SITE_URL"]) if url is not None else core.app_fetcher(app)
        groups = [core.discover_feeds(url, fetch)] if url is not None else core.site_feeds()
        checked = [
            together([core.check_feed(each, fetch, progress, whole=not number) for each in addresses])
            for number, addresses in enumerate(groups)
        ]
    bad = any(each.faults for each in chain(*checked))
    print_result(report(checked), {"well": not bad, "feeds": list(map(data, chain(*checked)))}, as_json=as_json)
    if bad:
        ctx.exit(1)


def over_network(url: str, site_url: str) -> core.Fetch:
    """Asks the server at a URL. Whoever is at the terminal may name any server, one of the own network too."""

    def fetch(address: str, headers: Mapping[str, str]) -> outbound.OutboundResponse:
        try:
            return outbound.get(address, site=site_url, allow=[outbound.host_and_port(url)], headers=headers)
        except outbound.Unreachable as error:
            raise NotFound(str(error)) from error

    return fetch


def progress(documents: Iterable[ParsedFeed], expected: int) -> Iterable[ParsedFeed]:
    """The documents, with a bar on standard error while they pass."""
    with click.progressbar(documents, label="Reading", length=expected, file=sys.stderr, hidden=expected < 50) as bar:
        yield from bar


def together(formats: list[FeedReport]) -> list[FeedReport]:
    """The same, with what is wrong between formats of one feed."""
    first = formats[0]
    for other in formats[1:]:
        if first.first and other.first and first.first.title == other.first.title:
            other.faults += rules.compare_formats(first.first, first.items, other.first, other.items)
    return formats


def report(checked: list[list[FeedReport]]) -> str:
    """What people read: all of the first feeds, and what is wrong with the others (tags', authors')."""
    site, others = checked[0], list(chain(*checked[1:]))
    lines = [told(each) for each in site]
    well = [each for each in others if not each.faults]
    if well:
        lines.append(f"ok    {len(well)} feeds of tags and authors, each with its newest posts.")
    lines += [told(each) for each in others if each.faults]
    faults = sum(len(each.faults) for each in [*site, *others])
    return "\n".join([*lines, f"{faults} {'fault' if faults == 1 else 'faults'}." if faults else NOTHING])


def told(checked: FeedReport) -> str:
    """What people read."""
    lines = [f"{'BAD ' if checked.faults else 'ok  '}  {checked.address}"]
    if checked.first is not None:
        posts, documents = len(checked.items), checked.documents
        lines.append(
            f"      {checked.format}, {posts} {'post' if posts == 1 else 'posts'}"
            f" in {documents} {'document' if documents == 1 else 'documents'}{newest(checked)}."
        )
        if not checked.compared:
            lines.append("      It is not a feed of this blog: its posts were not compared with the database.")
    return "\n".join([*lines, *(f"      {fault}" for fault in checked.faults)])


def newest(checked: FeedReport) -> str:
    """When the newest post of a feed was published."""
    moment = rules.parse_date(checked.items[0].published, checked.format) if checked.items else None
    return f", the newest of {rules.day(moment)}" if moment else ""


def data(checked: FeedReport) -> dict[str, Any]:
    """What programs read."""
    return {
        "address": checked.address,
        "format": checked.format,
        "documents": checked.documents,
        "posts": len(checked.items),
        "compared": checked.compared,
        "faults": checked.faults,
    }


COMMANDS = {"feed": feed}
