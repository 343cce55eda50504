"""search: find posts by their words, drafts and deleted posts too."""

import click

from blog.commands import json_option, open_blog, print_result
from blog.commands.posts import post_data, post_lines
from blog.core.posts import query
from blog.core.search import results as engine


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--status", type=click.Choice(query.STATUSES), help="Only these; without it all but the deleted ones.")
@json_option
def search(words: tuple[str, ...], status: str | None, as_json: bool) -> None:
    """Find posts and pages, drafts too, by their words; the best ten."""
    with open_blog() as app:
        results = engine.search_all(" ".join(words), status=status)
        posts = [post_data(row.post, app.config["SITE_URL"]) | {"extract": row.extract} for row in results.posts]
    lines = ["No post holds all of these words; these hold some of them."] if results.some and posts else []
    for line, post in zip(post_lines(posts), posts, strict=True):
        lines += [line, f"           {post['extract']}"] if post["extract"] else [line]
    print_result("\n".join(lines) or "Nothing found.", {"posts": posts}, as_json=as_json)
