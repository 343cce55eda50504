"""Find posts by their words: what readers may find, and what authors find among everything.

How often a word occurs decides what it is good for. Rare words rank what holds them (bm25; titles and new posts count
more). A word that stands in thousands of posts tells little and would cost much: it only has to be there. Where all
words are common, posts with them in the title come first, then the newest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, selectinload

from blog.core.errors import NotFound, Unavailable
from blog.core.posts.summaries import PostSummary
from blog.core.search import highlight, index, normalize, ranking
from blog.core.search.highlight import Piece
from blog.core.search.query import Query, understood
from blog.core.search.ranking import FIRST_LOOK, READERS, Scope
from blog.extensions import db
from blog.models import Post

SIZE, PAGES = ranking.SIZE, ranking.PAGES
# Characters of HTML that are looked through beyond the first of each post, for all posts of a page.
SECOND_LOOK = 1_000_000
UNSEARCHABLE = "The search index is missing or damaged; `broadsheet doctor --fix` makes it anew. All else works."


class Unsearchable(Unavailable):
    """The search index is missing or damaged; all else works."""


@dataclass(frozen=True)
class Found:
    """A post that a reader found: its title and the passage that says why, in pieces, some of them marked."""

    post: PostSummary
    title: Sequence[Piece]
    passage: Sequence[Piece]


@dataclass(frozen=True)
class Kept:
    """A post that an author found, in whatever state, with its tags; title and passage likewise."""

    post: Post
    title: Sequence[Piece]
    passage: Sequence[Piece]

    @property
    def extract(self) -> str:
        """The passage as one text."""
        return "".join(piece.text for piece in self.passage)


F = TypeVar("F", Found, Kept)


@dataclass(frozen=True)
class Results(Generic[F]):
    """A page of what was found. `some` says that no post holds all of the words: these hold some of them."""

    query: Query
    posts: Sequence[F] = ()
    number: int = 1
    more: bool = False
    some: bool = False


def find(text: str, number: int = 1) -> Results[Found]:
    """What readers find: public and listed posts and pages, the best first, ten a page.

    Raises Missing past the last page, Unsearchable when the index is broken.
    """
    query = understood(text)
    ids, more, some = _page(query, READERS, number)
    teasers = {post.id: (post, html) for post, html in ranking.TEASERS.all(ids=_json(ids))} if ids else {}
    shown = [teasers[each] for each in ids if each in teasers]
    passages = _passages(query, shown)
    found = [Found(post, highlight.marked(post.title, query.terms), passages[post.id]) for post, _html in shown]
    return Results(query, found, number, more, some)


def find_any(text: str, number: int = 1, *, status: str | None = None) -> Results[Kept]:
    """What authors find: posts and pages of a status, or all that are not deleted. Raises as `find` does."""
    query = understood(text)
    ids, more, some = _page(query, Scope(status), number)
    chosen = select(Post, ranking.HTML).where(Post.id.in_(ids)).options(selectinload(Post.tags))
    rows = {post.id: (post, html) for post, html in db.session.execute(chosen)} if ids else {}
    shown = [rows[each] for each in ids if each in rows]
    passages = _passages(query, shown)
    found = [Kept(post, highlight.marked(post.title, query.terms), passages[post.id]) for post, _html in shown]
    return Results(query, found, number, more, some)


def ids_of_any(text: str, size: int, *, status: str | None = None) -> list[int]:
    """The posts that authors find, by their ids alone, the best first. Raises Unsearchable."""
    query = understood(text)
    return _ranked(query, Scope(status), 0, size)[0] if query.terms else []


def retag(session: Session, post_ids: Iterable[int]) -> None:
    """Index posts anew whose tags changed, in the transaction that changed them. Renaming a tag needs nothing."""
    index.put(session, post_ids)


def _page(query: Query, scope: Scope, number: int) -> tuple[list[int], bool, bool]:
    """The ids of a page, whether there are more, and whether they hold only some of the words."""
    if not 1 <= number <= PAGES or (number > 1 and not query.terms):
        raise NotFound("There are not that many pages.")
    if not query.terms:
        return [], False, False
    ids, some = _ranked(query, scope, (number - 1) * SIZE, SIZE + 1)
    if number > 1 and not ids:
        raise NotFound("There are not that many pages.")
    return ids[:SIZE], len(ids) > SIZE and number < PAGES, some


def _ranked(query: Query, scope: Scope, start: int, size: int) -> tuple[list[int], bool]:
    try:
        return ranking.ranked(query, scope, start, size)
    except DBAPIError as error:
        if index.is_broken(error):
            raise Unsearchable(UNSEARCHABLE) from error
        raise


def _json(ids: Sequence[int]) -> str:
    return f"[{','.join(map(str, ids))}]"


Shown = Sequence[tuple[Any, str]]


def _passages(query: Query, shown: Shown) -> Mapping[int, Sequence[Piece]]:
    """Of each post the passage that holds what was searched for; its summary or opening where none does."""
    found = {post.id: _in_text(query, _whole(html)) for post, html in shown}
    left = SECOND_LOOK
    for post, html in shown:
        if not found[post.id] and len(html) == FIRST_LOOK and left > 0:
            rest = ranking.REST.first(id=post.id, length=left) or ""
            left -= len(rest)
            found[post.id] = _in_text(query, _whole(rest, after=True))
    return {post.id: found[post.id] or highlight.marked(post.standfirst, query.terms) for post, _html in shown}


def _in_text(query: Query, html: str) -> list[Piece]:
    return highlight.passage(" ".join(normalize.plain(html).split()), query.terms)


def _whole(html: str, *, after: bool = False) -> str:
    """A part of HTML without the elements that were cut in two."""
    return html[html.find(">") + 1 if after else 0 : html.rfind(">") + 1]
