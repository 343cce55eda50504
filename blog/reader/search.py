"""The search page, and the document that adds it to browsers."""

import re

from flask import Response, current_app, render_template, request, url_for

from blog.core.errors import NotFound
from blog.core.posts.summaries import PostSummary
from blog.core.search import results as engine
from blog.core.search.query import parse_query
from blog.core.search.results import Results, Unsearchable
from blog.reader.opensearch import CONTENT_TYPE, OpenSearchSite, description
from blog.reader.views import bp
from blog.web import templating
from blog.web.errors import RETRY_SECONDS
from blog.web.static_files import asset_url


@bp.get("/search/")
def search() -> Response:
    """Show the matches of `q`, ten posts a page; without words only the form."""
    number = _page_number(request.args.get("page", "1"))
    text = request.args.get("q", "")
    templating.site_context()
    try:
        return _page(engine.search_public(text, number), 200)
    except Unsearchable as error:
        current_app.logger.error("%s", error)
        response = _page(Results(parse_query(text)), 503)
        response.headers.update({"Cache-Control": "no-store", "Retry-After": str(RETRY_SECONDS)})
        return response


@bp.get("/opensearch.xml")
def opensearch() -> Response:
    site = templating.site_context().site
    opensearch_site = OpenSearchSite(
        title=site.title,
        language=site.language,
        search=templating.absolute_url(url_for("reader.search")),
        icon=templating.absolute_url(asset_url("icon.svg")),
        favicon=templating.absolute_url("/favicon.ico"),
        description=templating.absolute_url(url_for("reader.opensearch")),
    )
    return Response(description(opensearch_site), content_type=f"{CONTENT_TYPE}; charset=utf-8")


def _page_number(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text, re.ASCII):
        raise NotFound("There is no such page.")
    return int(text)


def _page(results: Results[PostSummary], status: int) -> Response:
    html = render_template("reader/search.html", found=results, broken=status != 200)
    return Response(html, status, mimetype="text/html")
