"""search: find posts by their words, whatever their state."""

from typing import Any

import click

from blog.commands import json_option, open_blog, print_result
from blog.commands.posts import post_data
from blog.core.posts import query
from blog.core.search import results as engine


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--status", type=click.Choice(query.STATUSES), help="Only these; without it all but the deleted ones.")
@json_option
@click.pass_context
def search(ctx: click.Context, words: tuple[str, ...], status: str | None, as_json: bool) -> None:
    """Find posts and pages, drafts too, by their words; the best ten."""
    with open_blog(ctx) as app:
        results = engine.find_any(" ".join(words), status=status)
        found = [post_data(kept.post, app.config["SITE_URL"]) | {"extract": kept.extract} for kept in results.posts]
        print_result(_listed(found, some=results.some), {"posts": found}, as_json=as_json)


def _listed(found: list[dict[str, Any]], *, some: bool) -> str:
    if not found:
        return "Nothing found."
    lines = ["No post holds all of these words; these hold some of them."] if some else []
    width = max(len(item["slug"]) for item in found)
    for item in found:
        date = (item["published_at"] or "")[:10] or " " * 10
        lines.append(f"{item['status']:<9}  {date}  {item['slug']:<{width}}  {item['title']}")
        lines += [f"           {item['extract']}"] if item["extract"] else []
    return "\n".join(lines)


COMMANDS = {"search": search}
