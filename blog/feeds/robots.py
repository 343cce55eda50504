"""The address /robots.txt, which names the sitemap."""

from flask import Blueprint, Response, url_for

from blog.feeds.blueprint import feed_response
from blog.web import templating

bp = Blueprint("robots", __name__)  # it needs no database
# Crawlers may read everything but the admin pages, the search and the share forms.
CLOSED = ("/admin/", "/preview/", "/search/", "/share/")


@bp.get("/robots.txt")
def robots() -> Response:
    rules = "".join(f"Disallow: {path}\n" for path in CLOSED)
    text = f"User-agent: *\n{rules}\nSitemap: {templating.absolute_url(url_for('feeds.site_map'))}\n"
    return feed_response(text.encode(), "text/plain; charset=utf-8")
