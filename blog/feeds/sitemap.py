"""The sitemap (https://www.sitemaps.org/protocol.html) and robots.txt. Pure."""

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape


def sitemap(entries: Iterable[tuple[str, datetime | None]]) -> bytes:
    """The sitemap of whole addresses, each with the time its content last changed."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for address, changed in entries:
        stamp = f"<lastmod>{changed.replace(microsecond=0).isoformat()}</lastmod>" if changed else ""
        lines.append(f"<url><loc>{escape(address)}</loc>{stamp}</url>")
    return "\n".join([*lines, "</urlset>\n"]).encode()


def robots(sitemap_address: str) -> str:
    """What crawlers are asked: everything may be read but the desk, the search and the share forms."""
    closed = ("/admin/", "/preview/", "/search/", "/share/")
    return "\n".join(
        ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {sitemap_address}", ""]
    )
