"""How the search engine is asked: which posts, in which order. `core.search.results` makes pages of their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    table,
)

from blog.core.db.compiled_query import AnySelect, CompiledQuery, now_parameter
from blog.core.posts.query import is_public, status_filter
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.core.search import normalize
from blog.core.search.normalize import TITLE
from blog.core.search.query import Query, TagNames, Term, tag_names
from blog.models import Post, Tag

SIZE, PAGES = 10, 30
# A word that stands in more posts than this is common.
COMMON = 3000
# Of posts with common words so many of the newest are looked at: more than all pages show, since ids and dates may run
# in different orders.
LATEST = SIZE * PAGES * 2
# Of those in whose titles they stand.
TITLED = SIZE * PAGES + 1
# So many of the best are looked at more closely: a few more than all pages show. ALL is more than there can be.
POOL, ALL = SIZE * PAGES + 50, 1_000_000
# What a word counts in a title, a summary, a text, as a tag.
WEIGHTS = (10.0, 4.0, 1.0, 5.0)
# A post of today counts so much more than an old one, one of a year ago half of that.
FRESH = 0.6
# Characters of a post's HTML that are looked through first.
FIRST_LOOK = 40_000


@dataclass(frozen=True)
class Scope:
    """Among which posts is searched: those of a status, all but the deleted ones, or what readers find listed."""

    status: str | None = None
    readers: bool = False

    def holds(self) -> ColumnElement[bool]:
        """True of a row that is in it."""
        if self.readers:
            return and_(is_public(), Post.unlisted.is_(False))
        return status_filter(self.status)


READERS = Scope(readers=True)


@dataclass(frozen=True)
class Weighed:
    """A term as the engine takes it, anywhere and in titles, and in how many posts it stands, drafts too.

    More than COMMON are not counted.
    """

    expression: str
    titled: str
    posts: int

    @property
    def common(self) -> bool:
        """Whether it stands in so many posts that it does not help to rank them."""
        return self.posts > COMMON


def ranked(query: Query, scope: Scope, start: int, size: int) -> tuple[list[int], bool]:
    """Ids of `size` posts from the `start`th best, and whether they hold only some of the words.

    Some will do where no post holds all of them.
    """
    tags = tag_names(TAGS.first() or "{}")
    terms = [_weighed(term, tags, scope) for term in query.terms]
    without = " OR ".join(_either(term.exactly(), term, tags) for term in query.without)
    if all(term.posts for term in terms):
        found = _all_of(terms, without, scope, start, size)
        if found or (start and _all_of(terms, without, scope, 0, 1)):
            return found, False
    present = [term for term in terms if term.posts]
    if len(terms) == 1 or not present:
        return [], False
    return _some_of(present, without, scope, start, size), True


def _weighed(term: Term, tags: TagNames, scope: Scope) -> Weighed:
    """A term with the tags that are named so.

    A word that is there as it was typed is not taken as a beginning where thousands begin so: it would be lost among
    them. Whether it is there is asked of what the asker may find, or a draft's word would show itself.
    """
    exactly = _either(term.exactly(), term, tags)
    known = COMMON + 1 if _of_common_words(term) else _count(exactly)
    as_typed = Weighed(exactly, term.exactly(TITLE), known)
    if not term.open_ended() or (known > COMMON and _found(exactly, scope)):
        return as_typed
    begun, begun_titled = _either(term.beginning(), term, tags), term.beginning(TITLE)
    many = _count(begun)
    if many == known:  # nothing begins with it but itself
        return as_typed
    if many <= COMMON:
        return Weighed(f"({term.exactly()} OR {begun})", begun_titled, many)
    return as_typed if known and _found(exactly, scope) else Weighed(begun, begun_titled, many)


def _of_common_words(term: Term) -> bool:
    """Whether a phrase has common words only: then it costs much to count it, and is taken for common itself."""
    words = term.words()
    return len(words) > 1 and all(_count(f'"{word}"') > COMMON for word in words)


def _found(expression: str, scope: Scope) -> bool:
    return bool(_newest(scope).first(match=expression, latest=1, size=1))


def _either(words: str, term: Term, tags: TagNames) -> str:
    named = [f'"{normalize.tag_word(number)}"' for number in tags.holding(term)]
    return f"({' OR '.join([words, *named])})"


def _count(expression: str) -> int:
    return COUNT.first(match=expression, most=COMMON + 1) or 0


def _all_of(terms: Sequence[Weighed], without: str, scope: Scope, start: int, size: int) -> list[int]:
    rare = [term.expression for term in terms if not term.common]
    every = " AND ".join(term.expression for term in terms)
    if not rare:
        return _latest(" AND ", terms, without, scope, start + size)[start:]
    narrow = f"({every}) NOT ({without})" if without else every
    fewest = min(term.posts for term in terms)
    if len(rare) == len(terms) and not without:
        return _pooled(_best(scope), fewest, start, size, match=every)
    return _pooled(_best_within(scope), fewest, start, size, match=" AND ".join(rare), within=narrow)


def _some_of(terms: Sequence[Weighed], without: str, scope: Scope, start: int, size: int) -> list[int]:
    """Posts with some of the terms: with the rarest, while together they are not too many."""
    chosen: list[str] = []
    total = 0
    for term in sorted(terms, key=lambda term: term.posts):
        total += term.posts
        if total <= COMMON:
            chosen.append(term.expression)
    if not chosen:
        return _latest(" OR ", terms, without, scope, start + size)[start:]
    some = " OR ".join(chosen)
    if not without:
        return _pooled(_best(scope), total, start, size, match=some)
    return _pooled(_best_within(scope), total, start, size, match=some, within=f"({some}) NOT ({without})")


def _pooled(query: CompiledQuery[int], fit: int, start: int, size: int, **expressions: str) -> list[int]:
    """The best of a pool; of all that `fit`, at most so many, where the asker may see too little of the pool."""
    asked: dict[str, Any] = {"start": start, "size": size, "last": start + size - 1, **expressions}
    found = query.all(pool=POOL, **asked)
    if len(found) == size or fit <= POOL:
        return found
    return query.all(pool=ALL, **asked)


def _latest(joined: str, terms: Sequence[Weighed], without: str, scope: Scope, size: int) -> list[int]:
    """Posts with the words in their title, then the others, newest first. Others are asked for only if needed."""
    minus = f" NOT ({without})" if without else ""
    newest = _newest(scope)
    titled = newest.all(match=f"({joined.join(term.titled for term in terms)}){minus}", latest=TITLED, size=size)
    if len(titled) == size:
        return titled
    others = newest.all(match=f"({joined.join(term.expression for term in terms)}){minus}", latest=LATEST, size=size)
    return list(dict.fromkeys([*titled, *others]))[:size]


# -- the queries, made once ---------------------------------------------------------------------------------

SEARCH = table("search")
ROW: ColumnElement[int] = literal_column("search.rowid", Integer)
# What a search asks of thousands of posts stands in this index: else each of them would be read.
BY_INDEX = {"JOIN post ON": "CROSS JOIN post INDEXED BY post_found ON"}
# Ten posts by their ids, not all that are public, to look for the ten among them.
IN_THIS_ORDER = {"JOIN post ON": "CROSS JOIN post ON"}


def _matches(of: str, name: str) -> ColumnElement[bool]:
    return literal_column(f"{of}.search").op("MATCH", is_comparison=True)(bindparam(name))


def _size(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer)


def _in(scope: Scope, *columns: Any) -> AnySelect:
    """The rows of a scope that fit `match`."""
    joined = SEARCH.join(Post.__table__, Post.id == ROW)
    return select(*columns).select_from(joined).where(_matches("search", "match"), scope.holds())


def _worth() -> ColumnElement[Any]:
    weights: list[ColumnElement[Any]] = [literal_column(str(weight)) for weight in WEIGHTS]
    return func.bm25(literal_column("search"), *weights)


def _freshness() -> ColumnElement[Any]:
    days = func.julianday(now_parameter()) - func.julianday(Post.published_at)
    years = func.max(0, func.coalesce(days, 0)) / 365.25
    return 1 + FRESH / (1 + years)


def _best_first(scope: Scope, *conditions: ColumnElement[bool]) -> AnySelect:
    """Dates are asked only of the `pool` posts that the words rank highest: that takes longer than to rank them.

    And of these only where being new could bring them among the `last` that are wanted.
    """
    matching = select(ROW.label("id"), _worth().label("worth")).select_from(SEARCH)
    chosen = matching.where(_matches("search", "match"), *conditions).order_by("worth").limit(_size("pool"))
    best = chosen.cte("best")
    shown = best.join(Post.__table__, Post.id == best.c.id)
    worths: AnySelect = select(best.c.worth).select_from(shown).where(scope.holds()).order_by(best.c.worth)
    last = worths.limit(literal_column("1")).offset(_size("last")).correlate(None).scalar_subquery()
    there = (
        select(best.c.id).select_from(shown).where(scope.holds(), best.c.worth * (1 + FRESH) <= func.coalesce(last, 0))
    )
    ordered = there.order_by(best.c.worth * _freshness(), best.c.id.desc())
    return ordered.limit(_size("size")).offset(_size("start"))


@cache
def _best(scope: Scope) -> CompiledQuery[int]:
    return CompiledQuery(lambda: _best_first(scope), int, hints=BY_INDEX)


@cache
def _best_within(scope: Scope) -> CompiledQuery[int]:
    """Ranked by one expression among what fits another: the engine weighs every word of the one that it ranks by."""
    fits: AnySelect = select(literal_column("inside.rowid")).select_from(table("search").alias("inside"))
    # Written with a plus, or SQLite would ask the engine anew for each of these rows.
    among = literal_column("+search.rowid").in_(fits.where(_matches("inside", "within")))
    return CompiledQuery(lambda: _best_first(scope, among), int, hints=BY_INDEX)


@cache
def _newest(scope: Scope) -> CompiledQuery[int]:
    """By their dates, those with the highest ids."""
    date = func.coalesce(cast(Post.published_at, String), "").label("date")
    latest = _in(scope, date, ROW.label("id")).order_by(ROW.desc()).limit(_size("latest")).subquery("latest")
    query: AnySelect = select(latest.c.id).order_by(latest.c.date.desc(), latest.c.id.desc()).limit(_size("size"))
    return CompiledQuery(lambda: query, int, hints=BY_INDEX)


def _count_of_matches() -> AnySelect:
    matches = _matches("search", "match")
    some: AnySelect = select(literal_column("1")).select_from(SEARCH).where(matches).limit(_size("most"))
    return select(func.count()).select_from(some.subquery())


def _teasers() -> AnySelect:
    wanted = func.json_each(bindparam("ids")).table_valued("value", name="wanted")
    found = wanted.join(Post.__table__, Post.id == wanted.c.value)
    return select(*SUMMARY_COLUMNS, HTML).select_from(found).where(READERS.holds())


HTML = func.substr(Post.html, 1, literal_column(str(FIRST_LOOK))).label("start_of_html")
COUNT: CompiledQuery[int] = CompiledQuery(_count_of_matches, int)
# One text, so that it is seen at once whether it is the same as before.
TAGS: CompiledQuery[str] = CompiledQuery(lambda: select(func.json_group_object(Tag.id, Tag.name)), str)
# Posts that readers found, each with the first of its HTML; and what comes after that.
TEASERS: CompiledQuery[tuple[PostSummary, str]] = CompiledQuery(
    _teasers, lambda *cells: (PostSummary(*cells[:-1]), cells[-1]), hints=IN_THIS_ORDER
)
REST: CompiledQuery[str] = CompiledQuery(
    lambda: select(func.substr(Post.html, FIRST_LOOK + 1, _size("length"))).where(Post.id == bindparam("id")), str
)
