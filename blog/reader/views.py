"""The reader's pages."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from blog.core.errors import Gone, NotFound, Unavailable
from blog.core.posts import archive as post_archive
from blog.core.posts import article as post_article
from blog.core.posts import lists, taxonomy
from blog.core.posts.lists import PostList
from blog.core.posts.summaries import PostSummary, recent
from blog.core.site.health import write_problem
from blog.core.urls import permalinks
from blog.web import templating
from blog.web.errors import RETRY_SECONDS
from blog.web.pagination import PAGE_SIZE, Pager, make_pager

RECENT_POSTS = 3
CONTENTS_MIN_WORDS = 1500
# Archives of at most so many posts show them all on one page.
SHORT_ARCHIVE = 150
# Posts on a page of a year: a line each.
YEAR_SIZE = 100

bp = Blueprint("reader", __name__)


@bp.app_template_global()
def post_url(post: PostSummary) -> str:
    """Where a post or page is read."""
    return permalinks.path_of(post)


@bp.app_template_global()
def navigation() -> list[PostSummary]:
    """The pages named on every page (About); none when the database does not answer."""
    return templating.unless_database_down(lambda: list(templating.site_context().pages))


@bp.app_template_global()
def recent_posts() -> list[PostSummary]:
    """The newest posts, for pages that have nothing else to show; none when the database does not answer."""
    return templating.unless_database_down(lambda: recent(RECENT_POSTS))


@bp.get("/", defaults={"number": 1})
@bp.get("/page/<page:number>/")
def home(number: int) -> BaseResponse:
    """Recent Posts; the newest of all leads them with its cover."""
    found, pager = _listing(number, lists.ALL)
    cover = post_article.load_cover(found[0]) if found and number == 1 else None
    return _page("reader/home.html", posts=found, pager=pager, cover=cover)


@bp.get("/posts/<slug>/")
def article(slug: str) -> BaseResponse:
    """An article, its neighbours, what is related, and what else was written lately."""
    post = post_article.load("post", slug)
    contents = post.contents if post.words > CONTENTS_MIN_WORDS and len(post.contents) > 2 else []
    return _page(
        "reader/article.html", post=post, contents=contents, around=post_article.more_posts(post, RECENT_POSTS)
    )


@bp.get("/posts/<slug>.md")
def article_markdown(slug: str) -> BaseResponse:
    """An article as its author wrote it, under its title."""
    try:
        title, text = post_article.markdown_source(slug)
    except NotFound:
        old = permalinks.find_redirect(permalinks.path("post", slug))
        if old and old.target and old.target.startswith("/posts/"):
            return redirect(old.target.rstrip("/") + ".md", 301)
        if old and old.target is None:
            raise Gone("This was here and has been taken away.") from None
        raise
    templating.site_context()
    text = text.strip("\n")
    response = Response(f"# {title}\n\n{text}\n", mimetype="text/markdown")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Link"] = f'<{templating.absolute_url(permalinks.path("post", slug))}>; rel="canonical"'
    return response


@bp.get("/<slug>/")
def page(slug: str) -> BaseResponse:
    """A page, like About."""
    return _page("reader/page.html", post=post_article.load("page", slug))


@bp.get("/tags/")
def tags() -> BaseResponse:
    """All tags with their counts."""
    return _page("reader/tags.html", tags=taxonomy.tags())


@bp.get("/tags/<slug>/", defaults={"number": 1})
@bp.get("/tags/<slug>/page/<page:number>/")
def tag(slug: str, number: int) -> BaseResponse:
    """The posts that carry a tag."""
    found_tag = taxonomy.tag(slug)
    found, pager = _listing(number, lists.WITH_TAG, found_tag.id)
    return _page("reader/tag.html", tag=found_tag, posts=found, pager=pager)


@bp.get("/authors/<slug>/", defaults={"number": 1})
@bp.get("/authors/<slug>/page/<page:number>/")
def author(slug: str, number: int) -> BaseResponse:
    """The posts of one author, where there are several."""
    person = taxonomy.author(slug)
    found, pager = _listing(number, lists.BY_AUTHOR, person.id)
    return _page("reader/author.html", person=person, posts=found, pager=pager)


@bp.get("/archive/")
def archive() -> BaseResponse:
    """Everything by year."""
    zone = templating.zone()
    counts = post_archive.years(zone)
    short = sum(year.posts for year in counts) <= SHORT_ARCHIVE
    by_year: dict[str, list[PostSummary]] = {year.name: [] for year in counts}
    for post in recent(SHORT_ARCHIVE) if short else []:
        by_year.setdefault(str(post.published_at.astimezone(zone).year), []).append(post)
    return _page("reader/archive.html", years=counts, by_year=by_year)


@bp.get("/archive/<year:year>/", defaults={"number": 1})
@bp.get("/archive/<year:year>/page/<page:number>/")
def archive_year(year: int, number: int) -> BaseResponse:
    """Everything of one year."""
    found = post_archive.posts_in_year(year, templating.zone(), (number - 1) * YEAR_SIZE, YEAR_SIZE)
    return _page("reader/year.html", year=year, posts=found.posts, pager=make_pager(number, found.total, YEAR_SIZE))


@bp.get("/healthz")
def healthz() -> Response:
    """Whether readers are served, for whatever watches the server; and what keeps authors from writing, if anything.

    That is a 200, too: whoever restarts or replaces what answers otherwise would take the pages from readers as well.
    """
    try:
        reason = write_problem(current_app.extensions["settings"])
        response = Response(f"degraded: {reason}\n" if reason else "ok\n", mimetype="text/plain")
    except Unavailable as error:
        current_app.logger.error("The database does not answer. %s", error)
        response = Response("down: the database does not answer\n", 503, mimetype="text/plain")
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _listing(number: int, shelf: PostList, of: int = 0) -> tuple[Sequence[PostSummary], Pager]:
    found = lists.page(shelf, (number - 1) * PAGE_SIZE, PAGE_SIZE, of)
    return found.posts, make_pager(number, found.total)


def _page(template: str, **facts: Any) -> BaseResponse:
    templating.site_context()
    return Response(render_template(template, **facts), mimetype="text/html")
