"""new, edit, publish, unpublish, delete, undelete, list, search: write and manage posts."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from blog import clock
from blog.commands import json_option, open_blog, print_result
from blog.core.editor import publish as editor_publish
from blog.core.editor.fields import Fields
from blog.core.errors import Invalid
from blog.core.posts import query
from blog.core.search import results as engine
from blog.core.site.settings import zone
from blog.core.text import validate
from blog.core.urls import permalinks
from blog.models import Post
from blog.transfer.readers.front_matter import InvalidFile, split

slug_argument = click.argument("slug")
status_option = click.option(
    "--status", type=click.Choice(query.STATUSES), help="Only these; without it all but the deleted ones."
)


def _data(post: Post, site_url: str) -> dict[str, Any]:
    """Return the JSON of a post."""
    return {
        "slug": post.slug,
        "title": post.title,
        "status": post.status,
        "published_at": _iso(post.published_at),
        "updated_at": _iso(post.updated_at),
        "url": site_url + permalinks.path_of(post),
        "guid": post.guid,
        "tags": [tag.name for tag in post.tags],
    }


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _print_post(app: Any, post: Post, sentence: str, as_json: bool) -> None:
    data = _data(query.load_with_tags(post.id), app.config["SITE_URL"])
    print_result(f"{sentence} {data['url']}", data, as_json=as_json)


def _text(file: str | None) -> str | None:
    """Return the Markdown of a file, or of standard input for “-”. Raises Invalid."""
    if file is None:
        return None
    label = "The text on standard input" if file == "-" else f"The file {validate.one_line(file)[:200]}"
    data = _bytes(file, label)
    if b"\0" in data:
        raise Invalid("file", f"{label} holds a NUL character in line {_line(data, data.index(0))}: is it text?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("file", f"{label} is not UTF-8, from line {_line(data, error.start)} on.") from error
    if not text.strip():
        raise Invalid("file", f"{label} is empty. Nothing was changed.")
    if _has_front_matter(text):
        raise Invalid("file", f"{label} begins with front matter, which only `broadsheet import FILE` reads.")
    return text


def _bytes(file: str, label: str) -> bytes:
    limit = validate.BODY_BYTES * 2
    try:
        if file == "-":
            data = sys.stdin.buffer.read(limit + 1) if sys.stdin else b""
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name cannot be that of a file"
        raise Invalid("file", f"{label} cannot be read: {reason}.") from error
    if len(data) > limit:
        raise Invalid(
            "body", f"{label} has more than {limit // 1024} kB; {validate.BODY_BYTES // 1024} kB are allowed."
        )
    return data


def _line(data: bytes, position: int) -> int:
    return data[:position].count(b"\n") + 1


def _has_front_matter(text: str) -> bool:
    try:
        parts = split(text.replace("\r\n", "\n"))
    except InvalidFile:
        return False
    return parts is not None and parts.style != "pelican" and bool(parts.fields)


def _date(text: str | None) -> datetime | None:
    return validate.parse_instant(text, zone()) if text is not None else None


def _status_sentence(post: Post) -> str:
    return {"draft": "Draft kept.", "scheduled": "Scheduled.", "published": "Published."}.get(post.status, "Deleted.")


@click.command()
@click.argument("title")
@click.option("--file", help="The Markdown file, or - for standard input.")
@click.option("--slug", help="The last part of the address; made from the title otherwise.")
@click.option("--date", help="When it is (or was) published, like 2026-11-20T08:00.")
@click.option("--summary", help="One or two sentences for lists and previews.")
@click.option("--tag", "tags", multiple=True, help="A tag; may be given again.")
@click.option("--language", help="The text's language, like en or hi.")
@click.option("--page", is_flag=True, help="A page like About, not a post.")
@click.option("--unlisted", is_flag=True, help="Readable by its address, in no list.")
@click.option("--publish", "now", is_flag=True, help="Publish it now (or schedule it, with a later --date).")
@json_option
def new(
    title: str, file: str | None, date: str | None, tags: tuple[str, ...], now: bool,
    as_json: bool, page: bool, unlisted: bool, **options: Any,
) -> None:  # fmt: skip
    """Write a new post; prints its address. Without --publish it stays a draft."""
    with open_blog(create=True) as app:
        published_at = _date(date)
        kind = "page" if page else "post"
        fields = Fields(title=title, body=_text(file) or "", tags=list(tags), kind=kind, unlisted=unlisted, **options)
        post = editor_publish.create(fields, published_at=(published_at or clock.now()) if now else None)
        if published_at and not now:
            click.echo("The date is kept only with --publish: this is a draft.", err=True)
        _print_post(app, post, _status_sentence(post), as_json)


@click.command()
@slug_argument
@click.option("--title")
@click.option("--slug", "new_slug", help="Another address; the old one will lead to it.")
@click.option("--file", help="The new text: a Markdown file, or - for standard input.")
@click.option("--summary")
@click.option(
    "--tag", "tags", multiple=True, help="Replaces all tags; may be given again. One empty --tag removes all."
)
@click.option("--language")
@click.option("--date", help="When it was published.")
@click.option("--minor", is_flag=True, help="A small correction: the date of the last update stays.")
@json_option
def edit(
    slug: str, new_slug: str | None, file: str | None, tags: tuple[str, ...], date: str | None,
    minor: bool, as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """Change a post. What it said before is kept."""
    with open_blog() as app:
        post = query.find(slug)
        published_at = _date(date)
        if published_at and post.published_at is None:
            raise Invalid("date", f"“{post.title}” is a draft: `broadsheet publish {post.slug} --at {date}` dates it.")
        fields = Fields(slug=new_slug, body=_text(file), tags=list(tags) if tags else None, **options)
        if not fields.changes() and not published_at:
            raise Invalid("edit", "Nothing to change was given. See `broadsheet edit --help`.")
        post = editor_publish.edit(post.id, fields, minor=minor, published_at=published_at)
        _print_post(app, post, "Saved.", as_json)


@click.command()
@slug_argument
@click.option("--at", help="When, like 2026-12-01T08:00 (in the site's time zone).")
@json_option
def publish(slug: str, at: str | None, as_json: bool) -> None:
    """Make a post public, now or at a time."""
    with open_blog() as app:
        post = editor_publish.publish(query.find(slug).id, _date(at))
        _print_post(app, post, _status_sentence(post), as_json)


def _simple(name: str, act: Callable[[int], Post], sentence: str, doc: str) -> click.Command:
    @click.command(name, help=doc)
    @slug_argument
    @json_option
    def command(slug: str, as_json: bool) -> None:
        with open_blog() as app:
            _print_post(app, act(query.find(slug).id), sentence, as_json)

    return command


unpublish = _simple("unpublish", editor_publish.unpublish, "A draft again.", "Make a post a draft again.")
delete = _simple("delete", editor_publish.delete, "Deleted; `undelete` brings it back.", "Take a post away.")
undelete = _simple("undelete", editor_publish.undelete, "Back again.", "Bring a deleted post back.")


@click.command("list")
@status_option
@json_option
def list_posts(status: str | None, as_json: bool) -> None:
    """List posts and pages, newest first."""
    with open_blog() as app:
        posts = [_data(post, app.config["SITE_URL"]) for post in query.posts_with_status(status)]
    nothing = f"No {status} posts." if status else "No posts yet. `broadsheet new TITLE` writes the first one."
    print_result("\n".join(_lines(posts)) or nothing, {"posts": posts}, as_json=as_json)


def _lines(posts: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield one line for each post, in columns; the posts are those of `_data`."""
    width = max((len(post["slug"]) for post in posts), default=0)
    for post in posts:
        date = (post["published_at"] or "")[:10] or " " * 10
        yield f"{post['status']:<9}  {date}  {post['slug']:<{width}}  {post['title']}"


@click.command()
@click.argument("words", nargs=-1, required=True)
@status_option
@json_option
def search(words: tuple[str, ...], status: str | None, as_json: bool) -> None:
    """Find posts and pages, drafts too, by their words; the best ten."""
    with open_blog() as app:
        results = engine.search_all(" ".join(words), status=status)
        posts = [_data(row.post, app.config["SITE_URL"]) | {"extract": row.extract} for row in results.posts]
    lines = ["No post holds all of these words; these hold some of them."] if results.some and posts else []
    for line, post in zip(_lines(posts), posts, strict=True):
        lines += [line, f"           {post['extract']}"] if post["extract"] else [line]
    print_result("\n".join(lines) or "Nothing found.", {"posts": posts}, as_json=as_json)
