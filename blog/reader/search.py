"""The search page, and the document that adds it to browsers."""

import re

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from blog.core.errors import NotFound
from blog.core.search import results as engine
from blog.core.search.index import Unsearchable
from blog.core.search.query import parse_query
from blog.core.search.results import Results
from blog.reader.views import bp
from blog.web import templating
from blog.web.errors import RETRY_SECONDS

CONTENT_TYPE = "application/opensearchdescription+xml"
# The longest that the specification allows, in characters.
SHORT_NAME_LENGTH, LONG_NAME_LENGTH, DESCRIPTION_LENGTH = 16, 48, 1024


@bp.get("/search/")
def search() -> ResponseReturnValue:
    """Show the matches of `q`, ten posts a page; without words only the form."""
    number = _page_number(request.args.get("page", "1"))
    text = request.args.get("q", "")
    try:
        return render_template("reader/search.html", found=engine.search_public(text, number), broken=False)
    except Unsearchable as error:
        current_app.logger.error("%s", error)
        html = render_template("reader/search.html", found=Results(parse_query(text)), broken=True)
        return html, 503, {"Cache-Control": "no-store", "Retry-After": str(RETRY_SECONDS)}


@bp.get("/opensearch.xml")
def opensearch() -> Response:
    """Return the document with which a browser searches the blog from its address bar (OpenSearch 1.1)."""
    title = templating.site_context().site.title
    text = render_template(
        "reader/opensearch.xml",
        short_name=_cut(title, SHORT_NAME_LENGTH),
        long_name=_cut(title, LONG_NAME_LENGTH),
        description=f"Search {title}"[:DESCRIPTION_LENGTH],
        content_type=CONTENT_TYPE,
    )
    return Response(f"{text}\n", content_type=f"{CONTENT_TYPE}; charset=utf-8")


def _cut(title: str, limit: int) -> str:
    """Return the title, cut to `limit` characters: after a word, if that leaves any."""
    if len(title) <= limit:
        return title
    return title[: limit + 1].rpartition(" ")[0] or title[:limit]


def _page_number(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text, re.ASCII):
        raise NotFound("There is no such page.")
    return int(text)
