"""The search engine: what is found, in which order, by whom; and that the index is written with the posts."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import undefer_group

from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.editor.unit_of_work import PostWrites
from blog.core.errors import Conflict, NotFound, Unavailable
from blog.core.posts import query as post_query
from blog.core.search import index, ranking
from blog.core.search.index import Unsearchable
from blog.core.search.results import search_all, search_public
from blog.extensions import db
from blog.models import Post, Tag
from blog.transfer import samples
from tests.world import Blog

NOW = datetime(2031, 6, 1, 12, tzinfo=UTC)


def found(query: str, number: int = 1) -> list[str]:
    """The slugs that a reader finds."""
    return [each.post.slug for each in search_public(query, number).posts]


def found_by_authors(query: str, status: str | None = None) -> list[str]:
    return [each.post.slug for each in search_all(query, status=status).posts]


# -- what is found ------------------------------------------------------------------------------------------


def test_title_summary_text_and_tags_are_searched(blog: Blog) -> None:
    blog.make_post("Harbour", slug="title")
    blog.make_post("One", slug="summary", summary="About a harbour.")
    blog.make_post("Two", slug="text", body="The *har*bour at night.")
    blog.make_post("Three", slug="tag", tags=["Old Harbour"])
    blog.make_post("Four", slug="none", body="[A link](https://harbour.example/harbour.html)")
    assert sorted(found("harbour")) == ["summary", "tag", "text", "title"]
    assert found("harbour").index("title") < found("harbour").index("text")


def test_all_words_must_be_there_and_the_last_may_be_a_beginning(blog: Blog) -> None:
    blog.make_post("A", slug="both", body="slow rivers")
    blog.make_post("B", slug="one", body="slow boats")
    assert found("slow riv") == ["both"]
    assert sorted(found("slow")) == ["both", "one"]
    assert found("sl rivers") == ["both"] and search_public("sl rivers").some
    assert found("ri") == []


def test_phrases_and_exclusions(blog: Blog) -> None:
    blog.make_post("A", slug="phrase", body="the slow river runs")
    blog.make_post("B", slug="apart", body="a river, slow as ever")
    assert found('"slow river"') == ["phrase"]
    assert found("river -runs") == ["apart"]
    assert found('river -"slow river"') == ["apart"]
    assert found("-river") == []


def test_some_of_the_words_will_do_where_no_post_has_all(blog: Blog) -> None:
    blog.make_post("A", slug="river", body="a river")
    blog.make_post("B", slug="boat", body="a boat")
    results = search_public("river boat")
    assert results.some and {each.post.slug for each in results.posts} == {"river", "boat"}
    assert search_public("river nothing").some
    assert not search_public("river").some and not search_public("nothing").posts


LANGUAGES = [
    ("Ещё одна ёлка в Москве", "еще", "елка"),
    ("Съезд мэров городов", "городов", "мэр"),
    ("हिन्दी में किताबें पढ़ना", "हिंदी", "किताब"),
    ("اللغة الْعَرَبِيَّة في المدرسة", "العربيه", "المدرسه"),
    ("Die Straße über München", "strasse", "munchen"),
    ("我在北京大学读书", "北京", "大学"),
    ("東京タワーに行きました", "東京", "タワー"),
    ("日本語を学ぶ", "日本", "学"),
    ("서울의 학교에서 공부", "학교", "서울"),
    ("เขาเดินบนถนนสายนี้", "ถนน", "เดิน"),
    ("שָׁלוֹם לכולם בירושלים", "שלום", "ירושלים"),
    ("Được học tiếng Việt", "duoc", "tieng viet"),
    ("Η Αθήνα το βράδυ", "αθηνα", "ΒΡΑΔΥ"),
]


@pytest.mark.parametrize(("body", "one", "other"), LANGUAGES, ids=[body[:12] for body, _, _ in LANGUAGES])
def test_every_language_is_found(blog: Blog, body: str, one: str, other: str) -> None:
    blog.make_post("In the text", slug="text", body=f"Before. {body}。 After.")
    blog.make_post(body, slug="title", body="Other.")
    for query in (one, other, f"{one} {other}"):
        if query == "ירושלים":
            continue  # it stands there with a preposition
        results = search_public(query)
        assert {each.post.slug for each in results.posts} == {"text", "title"} or query.endswith("ירושלים"), query
        for each in results.posts:
            pieces = each.title if each.post.slug == "title" else each.passage
            assert any(piece.marked for piece in pieces), query


def test_signs_that_tell_hindi_words_apart_do(blog: Blog) -> None:
    blog.make_post("A", slug="ki", body="वह कि कर")
    blog.make_post("B", slug="kii", body="वह की कार")
    assert found('"कि"') == ["ki"] and found('"कार"') == ["kii"]


def test_the_passage_is_in_the_posts_own_words(blog: Blog) -> None:
    body = "Filler words. " * 400 + "The **treasure** is <b>here</b> & there. " + "Filler words. " * 400
    blog.make_post("A", body=body)
    [each] = search_public("treasure").posts
    passage = "".join(piece.text for piece in each.passage)
    assert "The treasure is here & there." in passage and len(passage) < 210
    assert [piece.text for piece in each.passage if piece.marked] == ["treasure"]


def test_what_stands_deep_in_a_huge_text_is_shown_too(blog: Blog) -> None:
    blog.make_post("A", body="Filler words and more of them.\n\n" * 10_000 + "A treasure.")
    [each] = search_public("treasure").posts
    assert "A treasure." in "".join(piece.text for piece in each.passage)


def test_without_a_hit_in_the_text_the_summary_is_shown(blog: Blog) -> None:
    blog.make_post("Harbour", summary="By the sea.", body="Text.")
    [each] = search_public("harbour").posts
    assert "".join(piece.text for piece in each.passage) == "By the sea."


# -- in which order -----------------------------------------------------------------------------------------


def test_titles_weigh_more_and_the_new_comes_before_the_old(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    blog.make_post("A", slug="old", body="A river.", published_at=NOW - timedelta(days=9 * 365))
    blog.make_post("B", slug="new", body="A river.", published_at=NOW - timedelta(days=3))
    blog.make_post("River", slug="title", body="A text.", published_at=NOW - timedelta(days=9 * 365))
    assert found("river") == ["title", "new", "old"]


def test_pages_fit_together_where_words_and_newness_contend(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    for number in range(35):
        body = "river " * (1 + number % 7) + "other " * (number % 5 * 20)
        blog.make_post(
            f"P {number}", slug=f"p-{number}", body=body, published_at=NOW - timedelta(days=number * 97 % 900)
        )
    pages = [found("river", page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 10, 5]
    assert len({slug for page in pages for slug in page}) == 35
    assert found("river") == pages[0]


def test_much_of_a_word_beats_a_little_newness(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    blog.make_post("A", slug="much", body="river " * 20, published_at=NOW - timedelta(days=300))
    blog.make_post("B", slug="little", body=f"{'other ' * 200} river", published_at=NOW - timedelta(days=3))
    assert found("river") == ["much", "little"]


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words in more than three posts are common."""
    monkeypatch.setattr(ranking, "COMMON_POSTS", 3)


@pytest.mark.usefixtures("few_are_many")
def test_common_words_are_found_in_titles_first_then_the_newest(blog: Blog) -> None:
    for number in range(8):
        blog.make_post(f"Post {number}", slug=f"post-{number}", body="A common river.")
    blog.make_post("Common", slug="title", body="Text.", published_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert found("common")[:3] == ["title", "post-7", "post-6"]
    assert found("common river") == [f"post-{number}" for number in range(7, -1, -1)]
    assert found("common -title") == found("common")
    assert found('"common river"') == found("common river")


@pytest.mark.usefixtures("few_are_many")
def test_a_rare_word_ranks_and_a_common_one_only_filters(blog: Blog) -> None:
    for number in range(8):
        blog.make_post(f"Post {number}", body="A common river.")
    blog.make_post("A", slug="both", body="common treasure")
    blog.make_post("B", slug="rare", body="treasure alone")
    assert found("common treasure") == ["both"]
    assert found("common treasure -river") == ["both"]
    assert found("treasure -common") == ["rare"]
    assert set(found("treasure nowhere")) == {"both", "rare"}


@pytest.mark.usefixtures("few_are_many")
def test_a_word_as_it_was_typed_is_not_lost_among_its_continuations(blog: Blog) -> None:
    for number in range(8):
        blog.make_post(f"Post {number}", body="A carpet.")
    assert len(found("car")) == 8
    blog.make_post("A", slug="car", body="A car.")
    assert found("car") == ["car"]


@pytest.mark.usefixtures("few_are_many")
def test_a_drafts_word_does_not_show_by_what_is_not_found(blog: Blog) -> None:
    for number in range(8):
        blog.make_post(f"Post {number}", body="A carpet.")
    before = found("car")
    blog.make_post("A", slug="car", body="A car.", published_at=None)
    assert found("car") == before


def test_what_is_hidden_does_not_push_out_what_is_not(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "POOL_SIZE", 3)
    for number in range(6):
        blog.make_post("River", body="river " * 9, published_at=None, slug=f"draft-{number}")
    blog.make_post("A", slug="public", body="One river.")
    assert found("river") == ["public"]


# -- pages --------------------------------------------------------------------------------------------------


def test_ten_a_page_and_nothing_past_the_end(blog: Blog) -> None:
    for number in range(21):
        blog.make_post(f"River {number}")
    pages = [search_public("river", number) for number in (1, 2, 3)]
    assert [len(page.posts) for page in pages] == [10, 10, 1]
    assert [page.more for page in pages] == [True, True, False]
    assert len({each.post.id for page in pages for each in page.posts}) == 21
    for number in (0, 4, 31, 999_999):
        with pytest.raises(NotFound):
            search_public("river", number)
    with pytest.raises(NotFound):
        search_public("", 2)


def test_some_of_the_words_has_pages_too(blog: Blog) -> None:
    for number in range(12):
        blog.make_post(f"River {number}")
    assert len(search_public("river nowhere", 2).posts) == 2
    with pytest.raises(NotFound):
        search_public("river nowhere", 3)


# -- who finds what -----------------------------------------------------------------------------------------


def test_readers_find_what_is_listed_and_authors_what_is_not_deleted(blog: Blog, tomorrow: datetime) -> None:
    blog.make_post("River", slug="public")
    blog.make_post("River", slug="a-page", kind="page")
    blog.make_post("River", slug="draft", published_at=None)
    blog.make_post("River", slug="scheduled", published_at=tomorrow)
    blog.make_post("River", slug="unlisted", unlisted=True)
    blog.make_post("River", slug="unlisted-page", unlisted=True, kind="page")
    publish.delete(blog.make_post("River", slug="deleted").id)
    assert sorted(found("river")) == ["a-page", "public"]
    assert sorted(found_by_authors("river")) == ["a-page", "draft", "public", "scheduled", "unlisted", "unlisted-page"]
    assert found_by_authors("river", "draft") == ["draft"]
    assert found_by_authors("river", "scheduled") == ["scheduled"]
    assert found_by_authors("river", "deleted") == ["deleted"]
    assert "draft" not in found_by_authors("river", "published")


# -- the index is written with the posts --------------------------------------------------------------------


def indexed() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(text("SELECT id FROM search_docsize ORDER BY 1")))


def test_a_post_is_found_right_after_every_change(blog: Blog) -> None:
    post = blog.make_post("First", body="alpha", tags=["Gamma"])
    assert found("first") and found("alpha") and found("gamma")
    publish.edit(post.id, Fields(title="Second", body="beta", tags=["Delta"]))
    assert not any(map(found, ("first", "alpha", "gamma")))
    assert all(map(found, ("second", "beta", "delta")))
    publish.edit(post.id, Fields(summary="epsilon", tags=[]))
    assert found("epsilon") and not found("delta")
    publish.unpublish(post.id)
    assert not found("beta") and found_by_authors("beta")
    publish.publish(post.id)
    assert found("beta")
    publish.delete(post.id)
    assert not found("beta") and found_by_authors("beta", "deleted")
    publish.undelete(post.id)
    assert found("beta")


def test_a_save_that_fails_leaves_the_index_as_it_was(blog: Blog) -> None:
    post = blog.make_post("First", body="alpha", slug="first")
    blog.make_post("Other", slug="other")
    rendered = publish.render_body("beta", "post")
    with suppress(RuntimeError), write_transaction() as session:
        writes = PostWrites(session)
        whole = select(Post).options(undefer_group("text")).execution_options(populate_existing=True)
        publish.change(writes, session.scalars(whole).all()[0], Fields(title="Second", body="beta"), rendered)
        writes.flush()
        raise RuntimeError
    assert found("alpha") and not found("beta")
    with pytest.raises(Conflict):
        publish.edit(post.id, Fields(slug="other", body="beta"))
    assert found("alpha") and not found("beta")


def test_a_renamed_tag_is_found_without_a_write(blog: Blog) -> None:
    blog.make_post("A", tags=["Rivers"])
    blog.run(update(Tag).values(name="Streams", key="streams"))
    assert found("streams") and not found("rivers")


def test_posts_are_tagged_anew_by_their_ids(blog: Blog) -> None:
    blog.make_post("A", tags=["Rivers"])
    other = blog.make_post("B", tags=["Boats"])
    with write_transaction() as session:
        session.execute(text("UPDATE post_tag SET tag_id = (SELECT min(tag_id) FROM post_tag)"))
        index.index_posts(session, [other.id])
    assert sorted(found("rivers")) == ["a", "b"] and not found("boats")


def test_samples_come_and_go(blog: Blog) -> None:
    samples.load(blog.instance / "media")
    assert found("markdown")
    samples.remove()
    assert indexed() == []


def test_writing_the_index_moves_the_public_version_no_further(blog: Blog) -> None:
    def version() -> int:
        db.session.rollback()
        return int(db.session.scalar(text("SELECT public_version FROM site")) or 0)

    post = blog.make_post("A", published_at=None)
    before = version()
    publish.edit(post.id, Fields(body="other"))
    index.rebuild()
    assert version() == before


def test_new_code_that_renders_anew_indexes_anew(blog: Blog) -> None:
    post = blog.make_post("A", body="alpha")
    blog.run(text("UPDATE post SET renderer = 0"), text("DELETE FROM search"))
    assert not found("alpha")
    publish.rerender_outdated()
    assert found("alpha") and indexed() == [post.id]


# -- a broken index -----------------------------------------------------------------------------------------

BREAKS = {
    "missing": ["DROP TABLE search"],
    "damaged": ["DELETE FROM search_data WHERE id > 10"],
    "torn": ["DROP TABLE search_data"],
}


@pytest.fixture(params=BREAKS)
def broken(request: pytest.FixtureRequest, blog: Blog) -> Iterator[Blog]:
    """A blog with a post whose search index was broken from outside."""
    blog.make_post("River", slug="river")
    blog.run(*map(text, BREAKS[request.param]))
    db.session.remove()
    db.engine.dispose()
    yield blog


def test_a_broken_index_is_told_and_mended(broken: Blog) -> None:
    with pytest.raises(Unsearchable, match="doctor --fix"):
        found("river")
    db.session.rollback()
    assert index.rebuild() == 1
    assert found("river") == ["river"]
    broken.make_post("Another river")
    assert len(found("river")) == 2


@pytest.mark.parametrize("breaks", ["missing", "torn"])
def test_nothing_is_saved_that_could_not_be_found(blog: Blog, breaks: str) -> None:
    number = blog.make_post("River", slug="river").id
    blog.run(*map(text, BREAKS[breaks]))
    db.session.remove()
    db.engine.dispose()
    with pytest.raises(Unavailable, match="Nothing was changed; `broadsheet doctor --fix`"):
        publish.edit(number, Fields(title="Boat"))
    assert post_query.find("river").title == "River"


# -- any question is answered calmly ------------------------------------------------------------------------

HOSTILE = [
    "", " ", "\0", '"', '""', "'", "*", "-", "--", "()", "a OR", "NOT", "AND AND", "NEAR(", "{title}:", "title:river",
    "^river", "river*", '"river', 'river"', "col:*", "; DROP TABLE search", "%", "_", "\\", "\u202eriver", "🙂",
    "\ue0001", "x" * 10_000, "river " * 3_000, '"' * 500, "-x " * 400, "�", "\ufeff", "𐤀𐤁", "а\u0301" * 200,
    "ß" * 400, "학" * 400,
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_odd_questions_are_answered_calmly(blog: Blog, query: str) -> None:
    blog.make_post("A river", body="By the river. ß", tags=["1"])
    search_public(query)
    search_all(query)


def test_operators_are_words(blog: Blog) -> None:
    blog.make_post("A", slug="a", body="this or that")
    blog.make_post("B", slug="b", body="this")
    assert found("this OR") == ["a"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.text(st.sampled_from(list('aríver北京-"“*:()^ \0ß학क\u0301\u202e')), max_size=30) | st.text(max_size=60))
def test_any_question_is_answered(app: object, query: str) -> None:
    search_public(query)
