"""Search posts by words: public posts for readers, all posts for authors.

The frequency of a word decides how it is used. Rare words rank the posts that contain them (bm25; titles and new posts
count more). A word in thousands of posts says little and would be slow to rank by: posts only have to contain it. If
all words are common, posts with them in the title come first, then the newest.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blog.core.errors import NotFound
from blog.core.posts.summaries import PostSummary
from blog.core.search import highlight, index, normalize, ranking
from blog.core.search.highlight import Span
from blog.core.search.query import Query, parse_query
from blog.core.search.ranking import FIRST_LOOK, READERS, Scope
from blog.extensions import db
from blog.models import Post

PAGE_SIZE, MAX_PAGES = ranking.PAGE_SIZE, ranking.MAX_PAGES
# Characters of HTML searched for snippets beyond the first FIRST_LOOK of each post, for all posts of a page together.
SECOND_LOOK = 1_000_000
P = TypeVar("P", PostSummary, Post)


@dataclass(frozen=True)
class SearchResult(Generic[P]):
    """A post that matches: its title and a snippet (`passage`), in spans with the search terms marked."""

    post: P
    title: Sequence[Span]
    passage: Sequence[Span]

    @property
    def extract(self) -> str:
        return "".join(span.text for span in self.passage)


@dataclass(frozen=True)
class Results(Generic[P]):
    """A page of results. `more`: there is a next page; `some`: no post contains all words, these contain some."""

    query: Query
    posts: Sequence[SearchResult[P]] = ()
    number: int = 1
    more: bool = False
    some: bool = False


def search_public(text: str, number: int = 1) -> Results[PostSummary]:
    """Search public, listed posts and pages, best first; return page `number`.

    Raises NotFound past the last page, Unsearchable if the index is broken.
    """
    query = parse_query(text)
    ids, more, some = _page_ids(query, READERS, number)
    rows = ranking.SUMMARIES.all(ids=json.dumps(ids)) if ids else []
    return Results(query, _results(query, ids, rows), number, more, some)


def search_all(text: str, number: int = 1, *, status: str | None = None) -> Results[Post]:
    """Search posts and pages of a status, or all but deleted ones; with tags. Raises like `search_public`."""
    query = parse_query(text)
    ids, more, some = _page_ids(query, Scope(status), number)
    posts = select(Post, ranking.START_OF_HTML).where(Post.id.in_(ids)).options(selectinload(Post.tags))
    rows = db.session.execute(posts) if ids else ()
    return Results(query, _results(query, ids, rows), number, more, some)


def matching_ids(text: str, size: int, *, status: str | None = None) -> list[int]:
    """Return only the ids that `search_all` would show, best first. Raises Unsearchable."""
    query = parse_query(text)
    with index.damage_errors(index.UNSEARCHABLE):
        return ranking.rank(query, Scope(status), 0, size)[0] if query.terms else []


def _page_ids(query: Query, scope: Scope, number: int) -> tuple[list[int], bool, bool]:
    """Return the ids of a page, whether there are more, and whether they contain only some of the words."""
    if not 1 <= number <= MAX_PAGES or (number > 1 and not query.terms):
        raise NotFound("There are not that many pages.")
    if not query.terms:
        return [], False, False
    with index.damage_errors(index.UNSEARCHABLE):
        ids, some = ranking.rank(query, scope, (number - 1) * PAGE_SIZE, PAGE_SIZE + 1)
    if number > 1 and not ids:
        raise NotFound("There are not that many pages.")
    return ids[:PAGE_SIZE], len(ids) > PAGE_SIZE and number < MAX_PAGES, some


def _results(query: Query, ids: Sequence[int], rows: Iterable[Any]) -> list[SearchResult[Any]]:
    """Make results of rows (post and start of its HTML), in the order of `ids`."""
    by_id = {post.id: (post, html) for post, html in rows}
    posts = [by_id[post_id] for post_id in ids if post_id in by_id]
    passages = _passages(query, posts)
    return [SearchResult(post, highlight.mark_terms(post.title, query.terms), passages[post.id]) for post, _ in posts]


def _passages(query: Query, posts: Sequence[tuple[Any, str]]) -> Mapping[int, Sequence[Span]]:
    """Return a snippet of each post, by id; if none contains a term, its summary or opening."""
    snippets = {post.id: _snippet(query, _whole_elements(html)) for post, html in posts}
    characters_left = SECOND_LOOK
    for post, html in posts:
        if not snippets[post.id] and len(html) == FIRST_LOOK and characters_left > 0:
            rest = ranking.REST_OF_HTML.first(id=post.id, length=characters_left) or ""
            characters_left -= len(rest)
            snippets[post.id] = _snippet(query, _whole_elements(rest, is_rest=True))
    return {post.id: snippets[post.id] or highlight.mark_terms(post.standfirst, query.terms) for post, _ in posts}


def _snippet(query: Query, html: str) -> list[Span]:
    return highlight.snippet(" ".join(normalize.html_to_text(html).split()), query.terms)


def _whole_elements(html: str, *, is_rest: bool = False) -> str:
    """Cut off the tags that are incomplete at the end of a part of HTML, and of a rest also at its beginning."""
    return html[html.find(">") + 1 if is_rest else 0 : html.rfind(">") + 1]
