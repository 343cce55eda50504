"""The public pages: home, articles, pages, tags, authors, archive; and /healthz."""

from collections.abc import Callable, Sequence
from functools import partial

from flask import Blueprint, Response, current_app, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from blog.core.db.pager import PAGE_SIZE, Pager, make_pager
from blog.core.errors import Gone, NotFound, Unavailable
from blog.core.posts import archive as post_archive
from blog.core.posts import article as post_article
from blog.core.posts import lists, taxonomy
from blog.core.posts.lists import PostList
from blog.core.posts.summaries import RECENT_POSTS, PostSummary, recent
from blog.core.site.health import write_problem
from blog.core.urls import permalinks
from blog.web import templating
from blog.web.errors import RETRY_SECONDS

# An archive of at most this many posts shows them all on one page.
SHORT_ARCHIVE = 150
YEAR_PAGE_SIZE = 100

bp = Blueprint("reader", __name__)
bp.before_request(templating.date_page)
health = Blueprint("health", __name__)  # it answers without the database, too


@bp.app_template_global()
def post_url(post: PostSummary) -> str:
    return permalinks.path_of(post)


@bp.app_template_global()
def navigation() -> list[PostSummary]:
    """Return the pages that every page links to (About); none if the database does not answer."""
    return templating.unless_database_down(lambda: list(templating.site_context().pages))


@bp.app_template_global()
def recent_posts() -> list[PostSummary]:
    """Return the newest posts, for pages with nothing else to show; none if the database does not answer."""
    return templating.unless_database_down(lambda: recent(RECENT_POSTS))


@bp.get("/", defaults={"number": 1})
@bp.get("/page/<page:number>/")
def home(number: int) -> str:
    """Show Recent Posts; on the first page the newest post has its cover."""
    posts, pager = _list_page(number, lists.ALL)
    cover = post_article.load_cover(posts[0]) if posts and number == 1 else None
    return render_template("reader/home.html", posts=posts, pager=pager, cover=cover)


@bp.get("/posts/<slug>/")
def article(slug: str) -> str:
    """Show an article, its neighbours, related posts and recent posts."""
    post = post_article.load("post", slug)
    around = post_article.more_posts(post, RECENT_POSTS)
    return render_template("reader/article.html", post=post, contents=post.contents_list, around=around)


@bp.get("/posts/<slug>.md")
def article_markdown(slug: str) -> BaseResponse:
    """Return the Markdown of an article, under its title."""
    path = permalinks.path("post", slug)
    try:
        title, text = post_article.markdown_source(slug)
    except NotFound:
        row = permalinks.find_redirect(path)
        if row and row.target and row.target.startswith("/posts/"):
            return redirect(row.target.rstrip("/") + ".md", 301)
        if row and row.target is None:
            raise Gone("This was here and has been taken away.") from None
        raise
    response = Response("# {}\n\n{}\n".format(title, text.strip("\n")), mimetype="text/markdown")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Link"] = f'<{templating.absolute_url(path)}>; rel="canonical"'
    return response


@bp.get("/<slug>/")
def page(slug: str) -> str:
    return render_template("reader/page.html", post=post_article.load("page", slug))


@bp.get("/tags/")
def tags() -> str:
    return render_template("reader/tags.html", tags=taxonomy.tags())


@bp.get("/tags/<slug>/", defaults={"number": 1})
@bp.get("/tags/<slug>/page/<page:number>/")
def tag(slug: str, number: int) -> str:
    tag = taxonomy.tag(slug)
    posts, pager = _list_page(number, lists.WITH_TAG, tag.id)
    return render_template("reader/tag.html", tag=tag, posts=posts, pager=pager)


@bp.get("/authors/<slug>/", defaults={"number": 1})
@bp.get("/authors/<slug>/page/<page:number>/")
def author(slug: str, number: int) -> str:
    """Show the posts of one author, if the blog has several."""
    person = taxonomy.author(slug)
    posts, pager = _list_page(number, lists.BY_AUTHOR, person.id)
    return render_template("reader/author.html", person=person, posts=posts, pager=pager)


@bp.get("/archive/")
def archive() -> str:
    """Show the number of posts of each year; of a short archive all posts."""
    zone = templating.zone()
    counts = post_archive.years(zone)
    short = sum(year.posts for year in counts) <= SHORT_ARCHIVE
    by_year: dict[str, list[PostSummary]] = {year.name: [] for year in counts}
    for post in recent(SHORT_ARCHIVE) if short else []:
        by_year.setdefault(str(post.published_at.astimezone(zone).year), []).append(post)
    return render_template("reader/archive.html", years=counts, by_year=by_year)


@bp.get("/archive/<year:year>/", defaults={"number": 1})
@bp.get("/archive/<year:year>/page/<page:number>/")
def archive_year(year: int, number: int) -> str:
    post_page = post_archive.posts_in_year(year, templating.zone(), (number - 1) * YEAR_PAGE_SIZE, YEAR_PAGE_SIZE)
    pager = make_pager(number, post_page.total, YEAR_PAGE_SIZE)
    return render_template("reader/year.html", year=year, posts=post_page.posts, pager=pager)


@health.get("/healthz")
def healthz() -> Response:
    """Tell a monitor whether the blog serves readers, and what keeps authors from writing, if anything.

    If only writing fails, the status is 200: a monitor that restarts or replaces the server on any other status would
    take the pages from readers, too.
    """
    try:
        reason = write_problem(templating.machine_settings())
        response = Response(f"degraded: {reason}\n" if reason else "ok\n", mimetype="text/plain")
    except Unavailable as error:
        current_app.logger.error("The database does not answer. %s", error)
        response = Response("down: the database does not answer\n", 503, mimetype="text/plain")
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


ADDRESS_CHECKS: dict[str, Callable[..., object]] = {
    "reader.home": lambda number: make_pager(number, lists.count(lists.ALL)),
    "reader.article": partial(post_article.check, "post"),
    "reader.page": partial(post_article.check, "page"),
    "reader.tag": lambda slug, number: make_pager(number, lists.count(lists.WITH_TAG, taxonomy.tag(slug).id)),
    "reader.author": lambda slug, number: make_pager(number, lists.count(lists.BY_AUTHOR, taxonomy.author(slug).id)),
    "reader.archive_year": lambda year, number: make_pager(
        number, post_archive.posts_in_year(year, templating.zone(), 0, 0).total, YEAR_PAGE_SIZE
    ),
}


def _list_page(number: int, post_list: PostList, scope_id: int = 0) -> tuple[Sequence[PostSummary], Pager]:
    post_page = lists.page(post_list, (number - 1) * PAGE_SIZE, PAGE_SIZE, scope_id)
    return post_page.posts, make_pager(number, post_page.total)
