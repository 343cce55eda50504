"""Each page that caches may store has the date of the last change, whether or not its view thought of it."""

import pytest

from tests.world import LONG_AGO, Blog

DATED = (
    "/ /posts/post/ /posts/post.md /tags/ /tags/tag/ /archive/ /archive/2001/ /search/?q=post /opensearch.xml"
    " /feed.xml /tags/tag/atom.xml /feed.json /sitemap.xml /subscribe/"
)


@pytest.mark.parametrize("path", DATED.split())
def test_a_page_has_the_date_of_the_last_change(blog: Blog, path: str) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"], published_at=LONG_AGO.replace(year=2001))
    date = blog.get("/").headers["Last-Modified"]
    answer = blog.get(path)
    assert (answer.status_code, answer.headers["Last-Modified"]) == (200, date)


@pytest.mark.parametrize("path", ["/robots.txt", "/healthz"])
def test_what_needs_no_database_has_no_date(blog: Blog, path: str) -> None:
    assert "Last-Modified" not in blog.get(path).headers
