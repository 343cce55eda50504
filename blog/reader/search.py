"""Search for readers: the page, and what tells browsers of it."""

import re

from flask import Response, current_app, render_template, request, url_for

from blog.core.errors import NotFound
from blog.core.search import results as engine
from blog.core.search.query import understood
from blog.core.search.results import Found, Results, Unsearchable
from blog.reader import opensearch as describing
from blog.reader.views import bp
from blog.web import templating
from blog.web.errors import RETRY_SECONDS
from blog.web.static_files import asset_url


@bp.get("/search/")
def search() -> Response:
    """What was found for the words of `q`, ten posts a page; the form alone without words."""
    number = _number(request.args.get("page", "1"))
    asked = request.args.get("q", "")
    templating.site_context()
    try:
        return _page(engine.find(asked, number), 200)
    except Unsearchable as error:
        current_app.logger.error("%s", error)
        response = _page(Results(understood(asked)), 503)
        response.headers.update({"Cache-Control": "no-store", "Retry-After": str(RETRY_SECONDS)})
        return response


@bp.get("/opensearch.xml")
def opensearch() -> Response:
    """How browsers search here."""
    site = templating.site_context().site
    told = describing.OpenSearchSite(
        title=site.title,
        language=site.language,
        search=templating.absolute_url(url_for("reader.search")),
        icon=templating.absolute_url(asset_url("icon.svg")),
        favicon=templating.absolute_url("/favicon.ico"),
        description=templating.absolute_url(url_for("reader.opensearch")),
    )
    return Response(describing.description(told), content_type=f"{describing.CONTENT_TYPE}; charset=utf-8")


def _number(text: str) -> int:
    """The number of a page as it is written in addresses. Raises Missing."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text, re.ASCII):
        raise NotFound("There is no such page.")
    return int(text)


def _page(found: Results[Found], status: int) -> Response:
    html = render_template("reader/search.html", found=found, broken=status != 200)
    return Response(html, status, mimetype="text/html")
