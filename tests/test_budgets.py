"""Budgets: queries and bytes a page, requests an article, contrast of the colours."""

import gzip
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import pytest

from blog import paths
from blog.core.accounts import invitations
from blog.core.media import library
from blog.core.posts import lists
from blog.core.site.settings import configure
from blog.web.theme.colours import contrast
from tests.admin.conftest import Author, join
from tests.admin.writing import held
from tests.recorder import recorded
from tests.world import ESSAY, LONG_AGO, Blog, picture, run

# Each asks for the site and its navigation first. The worst case: tags, authors, pages, a zone that is not UTC.
QUERIES = {
    # And for the cover of the first post.
    "/": 4,
    "/page/2/": 3,
    # With its tags, what is around it, and what is related.
    "/posts/post-20/": 5,
    "/posts/post-20.md": 2,
    "/about/": 3,
    "/tags/": 2,
    "/tags/tag/": 4,
    "/tags/tag/page/2/": 4,
    "/authors/ana/": 4,
    "/archive/": 4,
    "/archive/2024/": 4,
    "/subscribe/": 3,
    # Feeds ask for posts and for their tags; those of a tag or an author ask who that is, too.
    "/feed.xml": 3,
    "/atom.xml": 3,
    "/feed.json": 3,
    "/feed/25.xml": 3,
    "/atom/25.xml": 3,
    "/feed/25.json": 3,
    "/tags/tag/feed.xml": 4,
    "/tags/tag/atom/25.xml": 4,
    "/authors/ana/feed.json": 4,
    "/authors/ana/feed/10.xml": 4,
    "/feed/": 1,
    "/tag/tag/rss/": 2,
    "/sitemap.xml": 8,
    "/robots.txt": 0,
    "/nothing/": 5,
    # Tags, how common each word is (the last one as a beginning, too), the best posts, and these.
    "/search/?q=text+post": 7,
    "/search/?q=nowhere": 5,
    "/search/": 2,
    "/opensearch.xml": 1,
    "/share/mastodon/?post=post-20": 3,
    "/share/mastodon/?post=post-20&server=mastodon.social": 3,
}
QUERIES_OF_AUTHORS = {
    # Its three lists, their tags, how long each list is, and whether several write.
    "/admin/": 9,
    "/admin/?show=published": 6,
    "/admin/?q=post": 15,
    # With the pictures that a logo can be chosen from.
    "/admin/settings/": 4,
    "/admin/tags/": 3,
    "/admin/tags/names/?q=ta": 2,
    "/admin/tags/1/": 4,
    "/admin/tags/1/removal/": 3,
    "/admin/redirects/": 3,
    # How many, which ones, how many posts use them, how long the lists are.
    "/admin/media/": 6,
    "/admin/media/?q=river&show=unused": 6,
    # And whether it is the logo.
    "/admin/media/1/": 5,
    "/admin/account/": 3,
    "/admin/people/": 5,
    "/admin/people/2/removal/": 3,
}
ARTICLE_WORDS = 2500
HTML_BYTES = 20 * 1024
CSS_BYTES = 8 * 1024
SCRIPT_BYTES = 5 * 1024
EDITOR_BYTES = 12 * 1024
REQUESTS = 4


def fill(blog: Blog) -> None:
    """A blog in which every page has something to ask for."""
    configure("timezone", "America/New_York")
    ana = blog.author("Ana")
    for number in range(1, 31):
        when = datetime(2010 + number % 15, 1, 1, tzinfo=UTC) if number < 20 else LONG_AGO + timedelta(days=number)
        author = ana if number % 2 == 0 else None
        blog.make_post(
            f"Post {number}", slug=f"post-{number}", tags=["Tag", f"Tag {number}"], author_id=author, published_at=when
        )
    blog.make_post("About", kind="page", slug="about")


def asked(get: Callable[[str], object], paths: Iterable[str]) -> dict[str, int]:
    """How many questions each page asks the database; that it does nothing but ask."""
    counts = {}
    for path in paths:
        with recorded() as statements:
            get(path)
        counts[path] = len(statements)
        assert all(statement.lstrip().startswith(("SELECT", "WITH")) for statement in statements), statements
    return counts


def test_every_page_asks_the_database_few_questions(blog: Blog) -> None:
    fill(blog)
    assert asked(blog.get, QUERIES) == QUERIES


def test_every_page_of_authors_asks_few_questions(blog: Blog) -> None:
    """Each asks for the site with its navigation, and for who is signed in."""
    ana = Author(blog)
    for number in range(5):
        bo = Author(blog, join(f"bo{number}@example.org", f"Bo {number}"))
        invitations.invite(f"Cy {number}", "", bo.person.id)
    for number in range(5):
        blog.make_post(f"Post {number}", tags=["Tag", f"Tag {number}"], published_at=None if number % 2 else "now")
    for number in range(5):
        library.add(picture(colour=f"#00000{number}"), blog.instance / "media", f"river {number}.png")
    assert asked(ana.get, QUERIES_OF_AUTHORS) == QUERIES_OF_AUTHORS


def test_publishing_loads_a_post_once(blog: Blog) -> None:
    ana, post = Author(blog), blog.make_post("Rivers", tags=["Water", "Maps"])
    path = f"/admin/posts/{post.id}/"
    form = held(ana.page(path)) | {"body": "Other words.", "action": "publish"}
    with recorded() as statements:
        assert ana.post(path, **form).status_code == 303
    assert blog.again(post).body == "Other words."
    assert len([statement for statement in statements if re.match(r"(?s)SELECT.*\bpost\.body\b", statement)]) == 1


def test_a_list_does_not_load_bodies(blog: Blog) -> None:
    fill(blog)
    for path in ("/", "/tags/tag/", "/archive/", "/archive/2024/", "/sitemap.xml", "/authors/ana/"):
        with recorded() as statements:
            blog.get(path)
        loaded = [statement.partition("FROM")[0] for statement in statements]
        assert not [columns for columns in loaded if re.search(r"post\.(body|html|feed_html)\b", columns)], path


def test_more_posts_need_no_more_questions(blog: Blog) -> None:
    counts = []
    for number in (1, 40):
        for each in range(number):
            blog.make_post(f"Post {number} {each}", tags=[f"Tag {each}"])
        with recorded() as statements:
            for path in ("/feed.xml", "/feed/1.json", "/"):
                blog.get(path)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_page_deep_inside_asks_one_question_more(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(blog)
    monkeypatch.setattr(lists, "MAX_SKIP", 5)
    deep = ("/page/2/", "/tags/tag/page/2/", "/authors/ana/page/2/", "/feed/29.xml", "/tags/tag/atom/28.xml")
    for path in deep:
        with recorded() as statements:
            assert blog.get(path).status_code == 200
        assert len(statements) == QUERIES.get(path, 3 if path.startswith("/feed") else 4) + 1, path


def test_a_long_article_weighs_little(blog: Blog) -> None:
    result = run(blog.instance, "import", str(ESSAY.parent))
    assert result.status == 0, result.err
    page = blog.get("/posts/diplomatic-relations/")
    assert page.status_code == 200
    from blog.core.posts import query

    assert query.find("diplomatic-relations").words >= ARTICLE_WORDS
    assert len(gzip.compress(page.data, 6)) <= HTML_BYTES
    served = blog.get("/posts/diplomatic-relations/", Accept_Encoding="gzip")
    assert served.headers["Content-Encoding"] == "gzip" and len(served.data) <= HTML_BYTES
    assert len(blog.get("/posts/diplomatic-relations/", Accept_Encoding="br").data) <= HTML_BYTES


def test_the_stylesheet_weighs_little(blog: Blog) -> None:
    [readers] = blog.read("/").xpath("//link[@rel = 'stylesheet']/@href")
    for encoding in ("gzip", "br"):
        for address in (readers, "/static/css/admin.css", "/static/css/media.css"):
            assert len(blog.get(address, Accept_Encoding=encoding).data) <= CSS_BYTES


def test_an_article_makes_few_requests(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    page = blog.read("/posts/post/")
    loads = page.xpath(
        "//link[@rel = 'stylesheet' or @rel = 'icon' or @rel = 'preload' or @rel = 'manifest']/@href"
        " | //script/@src | //iframe/@src"
    )
    assert 1 + len(set(loads)) <= REQUESTS
    scripts = [blog.get(address, Accept_Encoding="gzip").data for address in page.xpath("//script/@src")]
    assert sum(map(len, scripts)) <= SCRIPT_BYTES


IMPORTS = re.compile(r"\b(?:from|import)\s*\(?\s*[\"'`]([^\"'`]*)")


def modules(blog: Blog, *addresses: str) -> set[str]:
    """The addresses of these scripts and of all that they import: none from elsewhere."""
    found: set[str] = set()
    waiting = set(addresses)
    while waiting:
        address = waiting.pop()
        found.add(address)
        imported = IMPORTS.findall(blog.get(address).text)
        assert all(path.startswith("./") for path in imported), (address, imported)
        waiting |= {urljoin(address, path) for path in imported} - found
    return found


def test_the_editor_weighs_little(blog: Blog) -> None:
    author = Author(blog)
    scripts = author.page("/admin/posts/new/").xpath("//script")
    assert [script.get("type") for script in scripts] == ["module"]
    answers = {
        address: blog.get(address, Accept_Encoding="br")
        for address in modules(blog, *(script.get("src") for script in scripts))
    }
    assert {answer.headers["Content-Encoding"] for answer in answers.values()} == {"br"}
    weights = {address: len(answer.data) for address, answer in answers.items()}
    assert sum(weights.values()) <= EDITOR_BYTES, weights


def test_no_script_lies_about_that_no_page_loads(blog: Blog) -> None:
    author = Author(blog)
    pages = [author.page(path) for path in ("/admin/posts/new/", "/admin/people/")]
    loaded = modules(blog, *(address for page in pages for address in page.xpath("//script/@src")))
    names = {re.sub(r"\.[0-9a-f]{10}\.js$", ".js", address) for address in loaded}
    assert names == {f"/static/js/{path.name}" for path in (paths.static() / "js").iterdir()}


# -- contrast (WCAG 2.2, relative luminance) ----------------------------------------------------------------


def tokens() -> tuple[dict[str, str], dict[str, str]]:
    """The literal colours of the light and of the dark theme, by token."""
    css = (paths.static() / "css" / "reader.css").read_text("utf-8")
    layer = css[css.index("@layer tokens {") :]
    layer = layer[: layer.index("@layer reset {")]
    light, _, dark = layer.partition("prefers-color-scheme: dark")
    found = [dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})\s*;", theme)) for theme in (light, dark)]
    return found[0], found[0] | found[1]


@pytest.mark.parametrize(
    ("front", "back", "least"), [("ink", "paper", 7), ("ink", "wash", 7), ("soft", "paper", 4.5), ("soft", "wash", 4.5)]
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(theme: str, front: str, back: str, least: float) -> None:
    colours = dict(zip(("light", "dark"), tokens(), strict=True))[theme]
    assert contrast(colours[front], colours[back]) >= least
