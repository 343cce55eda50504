"""The address /robots.txt, which names the sitemap."""

from flask import Blueprint, Response, url_for

from blog.feeds import sitemap
from blog.feeds.blueprint import feed_response
from blog.web import templating

bp = Blueprint("robots", __name__)  # it needs no database


@bp.get("/robots.txt")
def robots() -> Response:
    text = sitemap.robots(templating.absolute_url(url_for("feeds.site_map")))
    return feed_response(text.encode(), "text/plain; charset=utf-8")
