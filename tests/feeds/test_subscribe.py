"""Links that add a feed to readers' programs."""

from urllib.parse import parse_qs, unquote, urlsplit

from blog.feeds.subscribe import APPS, add_links
from tests.world import Blog

FEED = "https://essays.example/tags/a-b/feed.xml?x=1&y=ü#z"


def test_each_link_holds_the_whole_address() -> None:
    for link in add_links(FEED):
        parts = urlsplit(link.address)
        if parts.scheme == "feed":
            assert link.address == f"feed:{FEED}"
        else:
            [held] = [value for values in parse_qs(parts.query).values() for value in values] or [
                unquote(parts.path.partition("/feed/")[2])
            ]
            assert held == FEED, link


def test_the_page_for_subscribers_has_each(blog: Blog) -> None:
    links = {link.text_content(): link.get("href") for link in blog.read("/subscribe/").xpath("//main//li/a")}
    for link in add_links("https://essays.example/feed.xml"):
        assert links[f"Add to {link.name}"] == link.address
    assert len(add_links("")) == len(APPS)
