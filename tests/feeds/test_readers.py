"""Links that add a feed to readers' programs."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from blog.feeds.readers import READERS, add_links
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


@pytest.mark.parametrize("name", READERS)
def test_the_page_for_subscribers_has_each(blog: Blog, name: str) -> None:
    page = blog.read("/subscribe/")
    [link] = [link for link in page.xpath("//main//li/a") if link.text_content() == f"Add to {name}"]
    assert link.get("href") in {each.address for each in add_links("https://essays.example/feed.xml")}
    assert link.get("href").startswith(("https://", "feed:"))
