"""Contents that nobody has in mind while a page is drawn: the longest, the widest, the most, and none at all."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog import config
from blog.commands import open_app
from blog.core.site.settings import configure
from tests.browser.conftest import ROOT
from tests.browser.looking import Look
from tests.live_server import serving
from tests.world import Blog, picture, run, write

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
WORD, TAG = "Donaudampfschiff" * 7 + "fahrt.ab", "Donaudampfschiff" * 5
SENTENCE = (
    "A title that goes on, for nobody dared to end it. " * 9 + "Where was I? In a title, still: near its end now."
)
COLUMNS = range(1, 21)
ROW = "|".join(f" column {number} " for number in COLUMNS)
TABLE = f"Ah.\n\n|{ROW}|\n|{'---|' * len(COLUMNS)}\n|{ROW}|\n"
CODE = f"Ah.\n\n```python\nfor river in rivers: {'print(river, river, river); ' * 18}\n```\n"
NUMBERED = "".join(f"{number}. Item\n" for number in range(995, 1005))
PICTURE = """Ah.

![A wide picture](wide.jpg "Four thousand pixels")

![Half](wide.jpg){width=50%}

![Full](wide.jpg){.full}
"""
EVERYWHERE = f"""{WORD}

## {WORD}

> {WORD}

- {WORD}

[{WORD}](/archive/) `{WORD}` and a note.[^{TAG}]

[^{TAG}]: {WORD}
"""
POSTS = {
    "word": EVERYWHERE,
    "title": f"Ah.\n\nA text under a title of {len(SENTENCE)} characters.\n",
    "table": TABLE,
    "picture": PICTURE,
    "code": CODE,
    "one": "Word.\n",
    "nested": f"- One\n  - two\n    - three\n      - {WORD}\n\n> > > {WORD}\n\n{NUMBERED}",
}
TITLES = {"word": WORD, "title": SENTENCE, "one": "I", "nested": "क्षि" * 100}
MENU = ("About", "Photographs", "Reading list", "Colophon", "Correspondence", "Archives of the river", WORD, "Now")
EMPTY = ("/", "/archive/", "/tags/", "/subscribe/", "/search/", "/search/?q=river", "/nothing/")
SINGLE = ("/", "/archive/", "/posts/the-only-river/")
PATHS = (
    *(f"/posts/{slug}/" for slug in POSTS),
    *("/", f"/tags/{TAG.lower()}/", "/tags/", "/archive/", f"/search/?q={WORD}"),
    *("/subscribe/", "/nothing/", f"/share/mastodon/?post=word&server={TAG}"),
)


def _post(slug: str, body: str) -> str:
    title, word = TITLES.get(slug, slug.title()), WORD if slug == "word" else "A summary"
    facts = (f'title: "{title}"', f"slug: {slug}", "date: 2026-01-24", f"tags: [{TAG}, Rivers]", f"summary: {word}")
    return "\n".join(["---", *facts, "---", "", body])


def _whole_book() -> str:
    """Forty thousand words, three hundred headings, two hundred notes."""
    words = "The river goes on as it did before anybody wrote of it, and will. " * 10
    parts = [
        f"{'##' if number % 5 else '###'} Part {number}\n\n{words}{f'[^{number}]' if number <= 200 else ''}\n"
        for number in range(5, 305)
    ]
    notes = [f"[^{number}]: Note {number}, with a word or two.\n" for number in range(5, 201)]
    return "\n".join(["## Part 4\n", *parts, *notes])


def _blog(instance: Path, folder: Path, posts: dict[str, str]) -> None:
    for slug, body in posts.items():
        write(folder, f"{slug}.md", _post(slug, body))
    if "picture" in posts:
        write(folder, "wide.jpg", picture(4000, 500, "JPEG"))
    assert run(instance, "import", str(folder)).status == 0


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a blog in which everything is too long."""
    instance = tmp_path_factory.mktemp("crowded")
    _blog(instance, tmp_path_factory.mktemp("posts"), POSTS)
    with open_app(config.load(instance, environ={})) as app:
        for title in MENU:
            Blog(app, instance).make_post(title, kind="page")
        for name in ("title", "tagline", "author", "footer"):
            configure(name, WORD)
    with serving(sys.executable, "-m", "blog", instance=instance, cwd=ROOT) as address:
        yield address


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A blog without posts: its address and folder."""
    instance = tmp_path_factory.mktemp("bare")
    run(instance, "list")
    with serving(sys.executable, "-m", "blog", instance=instance, cwd=ROOT) as address:
        yield address, instance


def _look(tab: "Page", address: str, *sizes: str) -> Look:
    tab.goto(address)
    look = Look(tab)
    with look.seen("as it comes"):
        look.ask("landmarks", "headings")
    look.widths(*sizes)
    return look


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_a_page_holds_whatever_is_put_into_it(tab: "Page", crowded: str, path: str) -> None:
    look = _look(tab, crowded + path)
    assert not look.wrong, "\n".join(look.wrong)


@pytest.mark.parametrize("slug", ["table", "code"])
def test_what_is_too_wide_scrolls_by_itself(tab: "Page", crowded: str, slug: str) -> None:
    tab.set_viewport_size({"width": 320, "height": 640})
    tab.goto(f"{crowded}/posts/{slug}/")
    region = tab.locator(".e-content [role=region][tabindex='0']")
    assert region.count() == 1 and region.evaluate("one => one.scrollWidth > one.clientWidth")
    region.focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("one => one.scrollLeft > 0", arg=region.element_handle())


def test_a_book_of_forty_thousand_words(tab: "Page", bare: tuple[str, Path], tmp_path: Path) -> None:
    address, instance = bare
    body = _whole_book()
    assert len(body.split()) > 40_000
    _blog(instance, tmp_path, {"book": body})
    look = _look(tab, f"{address}/posts/book/", "small phone", "desktop")
    assert run(instance, "delete", "book").status == 0
    assert not look.wrong, "\n".join(look.wrong)


@pytest.mark.parametrize(("posts", "paths"), [(0, EMPTY), (1, SINGLE)])
def test_a_blog_with_next_to_nothing_in_it(
    tab: "Page", bare: tuple[str, Path], posts: int, paths: tuple[str, ...]
) -> None:
    address, instance = bare
    slugs = [run(instance, "new", "The only river", "--publish", "--json").data["slug"] for _ in range(posts)]
    wrong = [f"{path} {one}" for path in paths for one in _look(tab, address + path).wrong]
    for slug in slugs:
        run(instance, "delete", slug)
    assert not wrong, "\n".join(wrong)
