"""Run searches: which posts match, and in which order. `core.search.results` turns their ids into pages."""

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
from blog.core.db.cross_join import CrossJoin
from blog.core.posts.query import is_public, status_filter
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.core.search import normalize
from blog.core.search.normalize import TITLE_MARK
from blog.core.search.query import Query, Term, tag_list, tags_matching
from blog.models import Post, Tag

PAGE_SIZE, MAX_PAGES = 10, 30
# A term in more posts than this is common: it is not counted further, and does not help to rank.
COMMON_POSTS = 3000
# Posts with only common terms: the newest among this many with the highest ids. More than all pages show, since
# ids and dates may be in different orders.
MAX_LATEST = PAGE_SIZE * MAX_PAGES * 2
# The same for posts with the terms in their titles.
MAX_TITLED = PAGE_SIZE * MAX_PAGES + 1
# Dates and visibility are checked for this many of the best matches, a few more than all pages show. NO_LIMIT is more
# than there can be.
POOL_SIZE, NO_LIMIT = PAGE_SIZE * MAX_PAGES + 50, 1_000_000
# The weight of a word in a title, a summary, a text, as a tag.
WEIGHTS = (10.0, 4.0, 1.0, 5.0)
# The bonus of a post from today over an old one; a post from a year ago gets half of it.
FRESHNESS = 0.6
# The number of characters of a post's HTML that are searched for a snippet first.
FIRST_LOOK = 40_000


@dataclass(frozen=True)
class Scope:
    """The posts to search: those of a status; without one, all but deleted posts; for readers, public listed posts."""

    status: str | None = None
    readers: bool = False

    def condition(self) -> ColumnElement[bool]:
        if self.readers:
            return and_(is_public(), Post.unlisted.is_(False))
        return status_filter(self.status)


READERS = Scope(readers=True)


@dataclass(frozen=True)
class CountedTerm:
    """A term's FTS5 expressions, for all columns and for titles only, and the number of posts that match it.

    Drafts count, too. Above COMMON_POSTS the number is only "more".
    """

    expression: str
    title_expression: str
    posts: int

    @property
    def common(self) -> bool:
        return self.posts > COMMON_POSTS


def rank(query: Query, scope: Scope, start: int, size: int) -> tuple[list[int], bool]:
    """Return the ids of `size` posts from the `start`th best, and whether they contain only some of the words.

    Posts with some of the words are returned only if no post contains all of them.
    """
    tags = tag_list(TAG_NAMES.first() or "{}")
    terms = [_count_term(term, tags, scope) for term in query.terms]
    without = " OR ".join(_or_tags(term.exact_expression(), term, tags) for term in query.without)
    if all(term.posts for term in terms):
        ids = _match_all(terms, without, scope, start, size)
        if ids or (start and _match_all(terms, without, scope, 0, 1)):
            return ids, False
    present = [term for term in terms if term.posts]
    if len(terms) == 1 or not present:
        return [], False
    return _match_some(present, without, scope, start, size), True


def _count_term(term: Term, tags: str, scope: Scope) -> CountedTerm:
    """Return a term's expressions, including the tags whose names match it, and count its posts.

    A last word that exists as typed is not used as a prefix if thousands of posts match the prefix: the exact matches
    would be lost among them. Whether the word exists is checked within the scope, or the result would reveal that a
    draft contains it.
    """
    exact = _or_tags(term.exact_expression(), term, tags)
    exact_count = COMMON_POSTS + 1 if _has_only_common_words(term) else _count(exact)
    as_typed = CountedTerm(exact, term.exact_expression(TITLE_MARK), exact_count)
    if not term.open_ended() or (exact_count > COMMON_POSTS and _has_match(exact, scope)):
        return as_typed
    prefix, title_prefix = _or_tags(term.prefix_expression(), term, tags), term.prefix_expression(TITLE_MARK)
    prefix_count = _count(prefix)
    if prefix_count == exact_count:  # no longer word begins with it
        return as_typed
    if prefix_count <= COMMON_POSTS:
        return CountedTerm(f"({term.exact_expression()} OR {prefix})", title_prefix, prefix_count)
    if exact_count and _has_match(exact, scope):
        return as_typed
    return CountedTerm(prefix, title_prefix, prefix_count)


def _has_only_common_words(term: Term) -> bool:
    """Return whether all words of a phrase are common: then counting it is slow, and it is treated as common itself."""
    words = term.words()
    return len(words) > 1 and all(_count(f'"{word}"') > COMMON_POSTS for word in words)


def _has_match(expression: str, scope: Scope) -> bool:
    return bool(_newest(scope).first(match=expression, latest=1, size=1))


def _or_tags(expression: str, term: Term, tags: str) -> str:
    tag_tokens = [f'"{normalize.tag_token(tag_id)}"' for tag_id in tags_matching(tags, term)]
    return f"({' OR '.join([expression, *tag_tokens])})"


def _count(expression: str) -> int:
    return COUNT.first(match=expression, most=COMMON_POSTS + 1) or 0


def _match_all(terms: Sequence[CountedTerm], without: str, scope: Scope, start: int, size: int) -> list[int]:
    """Return posts with all terms, ranked by the rare ones."""
    rare = [term.expression for term in terms if not term.common]
    all_terms = " AND ".join(term.expression for term in terms)
    if not rare:
        return _newest_matches(" AND ", terms, without, scope, start + size)[start:]
    condition = f"({all_terms}) NOT ({without})" if without else all_terms
    return _rank_pool(scope, min(term.posts for term in terms), start, size, " AND ".join(rare), condition)


def _match_some(terms: Sequence[CountedTerm], without: str, scope: Scope, start: int, size: int) -> list[int]:
    """Return posts with some of the terms: the rarest terms, as long as together they are in few enough posts."""
    expressions: list[str] = []
    total = 0
    for term in sorted(terms, key=lambda term: term.posts):
        total += term.posts
        if total <= COMMON_POSTS:
            expressions.append(term.expression)
    if not expressions:
        return _newest_matches(" OR ", terms, without, scope, start + size)[start:]
    any_term = " OR ".join(expressions)
    condition = f"({any_term}) NOT ({without})" if without else any_term
    return _rank_pool(scope, total, start, size, any_term, condition)


def _rank_pool(scope: Scope, matches: int, start: int, size: int, match: str, condition: str) -> list[int]:
    """Rank by `match` the POOL_SIZE best posts of a condition; if too few are visible, rank all (`matches` at most)."""
    values: dict[str, Any] = {"start": start, "size": size, "last": start + size - 1, "match": match}
    query = _best(scope)
    if condition != match:
        query, values["within"] = _best_within(scope), condition
    ids = query.all(pool=POOL_SIZE, **values)
    if len(ids) == size or matches <= POOL_SIZE:
        return ids
    return query.all(pool=NO_LIMIT, **values)


def _newest_matches(operator: str, terms: Sequence[CountedTerm], without: str, scope: Scope, size: int) -> list[int]:
    """Return posts with the terms in their titles, newest first; then, if these are too few, the newest others."""
    minus = f" NOT ({without})" if without else ""
    newest = _newest(scope)
    in_titles = f"({operator.join(term.title_expression for term in terms)}){minus}"
    titled = newest.all(match=in_titles, latest=MAX_TITLED, size=size)
    if len(titled) == size:
        return titled
    anywhere = f"({operator.join(term.expression for term in terms)}){minus}"
    return list(dict.fromkeys([*titled, *newest.all(match=anywhere, latest=MAX_LATEST, size=size)]))[:size]


# -- the compiled queries -----------------------------------------------------------------------------------

SEARCH = table("search")
ROW: ColumnElement[int] = literal_column("search.rowid", Integer)


class JoinFoundPost(CrossJoin):
    """A join by the index that contains what a search reads of thousands of posts, so that no post itself is read."""

    inherit_cache = True
    index = "post_found"


def _matches(table_name: str, parameter: str) -> ColumnElement[bool]:
    return literal_column(f"{table_name}.search").op("MATCH", is_comparison=True)(bindparam(parameter))


def _integer(parameter: str) -> BindParameter[int]:
    return bindparam(parameter, type_=Integer)


def _freshness() -> ColumnElement[Any]:
    days = func.julianday(now_parameter()) - func.julianday(Post.published_at)
    years = func.max(0, func.coalesce(days, 0)) / 365.25
    return 1 + FRESHNESS / (1 + years)


def _best_first(scope: Scope, *conditions: ColumnElement[bool]) -> AnySelect:
    """Select the best matches by relevance and date.

    Dates are read only for the `pool` most relevant posts, since reading them takes longer than ranking; and of these
    only where the bonus for new posts could lift the post above the `last` one of the page.
    """
    relevance = func.bm25(literal_column("search"), *(literal_column(str(weight)) for weight in WEIGHTS))
    matching = select(ROW.label("id"), relevance.label("worth")).select_from(SEARCH)
    pool = matching.where(_matches("search", "match"), *conditions).order_by("worth").limit(_integer("pool"))
    best = pool.cte("best")
    posts = JoinFoundPost(best, Post.__table__, Post.id == best.c.id)
    worths: AnySelect = select(best.c.worth).select_from(posts).where(scope.condition()).order_by(best.c.worth)
    last = worths.limit(literal_column("1")).offset(_integer("last")).correlate(None).scalar_subquery()
    within_reach = best.c.worth * (1 + FRESHNESS) <= func.coalesce(last, 0)
    candidates = select(best.c.id).select_from(posts).where(scope.condition(), within_reach)
    ordered = candidates.order_by(best.c.worth * _freshness(), best.c.id.desc())
    return ordered.limit(_integer("size")).offset(_integer("start"))


@cache
def _best(scope: Scope) -> CompiledQuery[int]:
    return CompiledQuery(lambda: _best_first(scope), int)


@cache
def _best_within(scope: Scope) -> CompiledQuery[int]:
    """Rank by `match` the posts that also match `within`: bm25 weighs every word of the expression that it ranks by."""
    within: AnySelect = select(literal_column("inside.rowid")).select_from(table("search").alias("inside"))
    # The plus keeps SQLite from running the inner search again for each of these rows.
    condition = literal_column("+search.rowid").in_(within.where(_matches("inside", "within")))
    return CompiledQuery(lambda: _best_first(scope, condition), int)


@cache
def _newest(scope: Scope) -> CompiledQuery[int]:
    """Select the matches with the highest ids, newest first."""
    date = func.coalesce(cast(Post.published_at, String), "").label("date")
    joined = JoinFoundPost(SEARCH, Post.__table__, Post.id == ROW)
    matching = select(date, ROW.label("id")).select_from(joined).where(_matches("search", "match"), scope.condition())
    rows = matching.order_by(ROW.desc()).limit(_integer("latest")).subquery("latest")
    query: AnySelect = select(rows.c.id).order_by(rows.c.date.desc(), rows.c.id.desc()).limit(_integer("size"))
    return CompiledQuery(lambda: query, int)


def _count_of_matches() -> AnySelect:
    matches = _matches("search", "match")
    some: AnySelect = select(literal_column("1")).select_from(SEARCH).where(matches).limit(_integer("most"))
    return select(func.count()).select_from(some.subquery())


def _summaries() -> AnySelect:
    ids = func.json_each(bindparam("ids")).table_valued("value", name="wanted")
    # Ten posts are read by id, instead of reading all public posts to find the ten among them.
    posts = CrossJoin(ids, Post.__table__, Post.id == ids.c.value)
    return select(*SUMMARY_COLUMNS, START_OF_HTML).select_from(posts).where(READERS.condition())


START_OF_HTML = func.substr(Post.html, 1, literal_column(str(FIRST_LOOK))).label("start_of_html")
COUNT: CompiledQuery[int] = CompiledQuery(_count_of_matches, int)
# All tags as one text, so that one comparison shows whether anything changed.
TAG_NAMES: CompiledQuery[str] = CompiledQuery(lambda: select(func.json_group_object(Tag.id, Tag.name)), str)
# Posts by ids, each with the first FIRST_LOOK characters of its HTML; and the rest of one post's HTML.
SUMMARIES: CompiledQuery[tuple[PostSummary, str]] = CompiledQuery(
    _summaries, lambda *cells: (PostSummary(*cells[:-1]), cells[-1])
)
REST_OF_HTML: CompiledQuery[str] = CompiledQuery(
    lambda: select(func.substr(Post.html, FIRST_LOOK + 1, _integer("length"))).where(Post.id == bindparam("id")), str
)
