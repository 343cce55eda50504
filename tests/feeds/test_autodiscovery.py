"""Programs find the feeds from any page: <link rel=alternate>, the site's first, titles that differ."""

from lxml import html

from blog.core.posts import query
from blog.core.site.settings import configure
from tests.feeds.library import copies
from tests.feeds.reading import FORMATS, PLACES, TYPES, address, read
from tests.world import LONG_AGO, SITE_URL, Blog

SITE = [
    ("application/rss+xml", "Broadsheet", f"{SITE_URL}/feed.xml"),
    ("application/atom+xml", "Broadsheet (Atom)", f"{SITE_URL}/atom.xml"),
    ("application/feed+json", "Broadsheet (JSON Feed)", f"{SITE_URL}/feed.json"),
]
PAGES = {
    "/": 200,
    "/page/2/": 200,
    "/posts/mouth/": 200,
    "/about/": 200,
    "/tags/": 200,
    "/archive/": 200,
    "/archive/2024/": 200,
    "/subscribe/": 200,
    "/nothing/": 404,
    "/posts/nothing/": 404,
    "/tags/nothing/": 404,
    "/share/mastodon/?post=mouth": 200,
}
LISTS = {
    "/tags/rivers/": "tag",
    "/tags/rivers/page/2/": "tag",
    "/authors/ana/": "author",
    "/authors/ana/page/2/": "author",
}


def feeds(page: html.HtmlElement) -> list[tuple[str, str, str]]:
    """Type, title and address of the feeds that a page names, in its order."""
    links = page.xpath("//head/link[@rel = 'alternate']")
    return [(link.get("type"), link.get("title"), link.get("href")) for link in links]


def grow(blog: Blog) -> None:
    """So many posts that every list has a second page."""
    blog.make_post("About", kind="page", slug="about")
    copies(query.find("mouth"), 12, since=LONG_AGO.replace(day=9))


def test_every_page_names_the_sites_three_feeds(rivers: Blog) -> None:
    grow(rivers)
    for path, status in PAGES.items():
        named = feeds(rivers.read(path, status))
        assert named[:3] == SITE, path
        assert all(kind == "application/json+oembed" for kind, _, _ in named[3:]), path


def test_pages_of_a_tag_and_an_author_name_their_own_after_these(rivers: Blog) -> None:
    grow(rivers)
    for path, place in LISTS.items():
        named = feeds(rivers.read(path))
        assert named[:3] == SITE, path
        assert [kind for kind, _, _ in named[3:]] == list(TYPES.values())
        assert [href for _, _, href in named[3:]] == [SITE_URL + address(form, place) for form in FORMATS]
        assert len({title for _, title, _ in named}) == 6


def test_their_titles_and_addresses_are_those_of_the_feeds(rivers: Blog) -> None:
    configure("title", "R & <R>")
    for place, path in (("site", "/"), ("tag", "/tags/rivers/"), ("author", "/authors/ana/")):
        named = feeds(rivers.read(path))[-3:]
        told = [read(rivers, href) for _, _, href in named]
        assert [feed.own for feed in told] == [href for _, _, href in named]
        assert {feed.title for feed in told} == {named[0][1]}, place
        assert all(title.startswith(told[0].title) for _, title, _ in named)


def test_each_named_feed_is_there_and_of_its_type(rivers: Blog) -> None:
    for page in ["/", *(f"{path}/" for path in PLACES.values() if path)]:
        for kind, _, href in feeds(rivers.read(page)):
            answer = rivers.get(href.removeprefix(SITE_URL))
            assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)


def test_a_feed_leads_back_to_a_page_that_names_it(rivers: Blog) -> None:
    for form in FORMATS:
        for place in PLACES:
            feed = read(rivers, address(form, place))
            page = rivers.read(feed.link.removeprefix(SITE_URL))
            assert feed.own in [href for _, _, href in feeds(page)]


def test_the_page_for_subscribers_shows_all_addresses_to_copy(rivers: Blog) -> None:
    page = rivers.read("/subscribe/")
    shown = page.xpath("//main//a/@href")
    assert {address for _, _, address in SITE} <= set(shown)
    assert {address("rss", "tag"), address("rss", "author")} <= set(shown)
    copied = page.xpath("//button/@data-copy")
    assert copied == [address for _, _, address in SITE]
    assert all(not link.startswith("/") or rivers.get(link).status_code in (200, 301) for link in shown)
