"""What a subscriber's program keeps of a feed stays true, whatever the author does: ids, dates, order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain
from uuid import UUID

import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from tests.feeds.reading import FORMATS, PLACES, address, read
from tests.web.ask import served
from tests.world import LONG_AGO, SITE_URL, Blog

NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
NEWEST = [address(form, place) for form in FORMATS for place in PLACES]
FEEDS = [*NEWEST, *(address(form, place, 3) for form in FORMATS for place in PLACES)]
FORD = 3  # the post in the middle of the three


def view(blog: Blog) -> dict[str, list[tuple[str, datetime]]]:
    """The ids and dates that each feed tells, in its order."""
    return {path: [(item.id, item.published) for item in read(blog, path).items] for path in FEEDS}


EDITS: dict[str, Callable[[], object]] = {
    "slug": lambda: publish.edit(FORD, Fields(slug="moved")),
    "title": lambda: publish.edit(FORD, Fields(title="Another title")),
    "summary": lambda: publish.edit(FORD, Fields(summary="Another summary.")),
    "tags": lambda: publish.edit(FORD, Fields(tags=["Rivers", "Roads"])),
    "order of tags": lambda: publish.edit(FORD, Fields(tags=["Roads", "Rivers"])),
    "body": lambda: publish.edit(FORD, Fields(body="Other words.")),
    "minor": lambda: publish.edit(FORD, Fields(body="Other words."), minor=True),
    "language": lambda: publish.edit(FORD, Fields(language="de")),
    "deleted and brought back": lambda: (publish.delete(FORD), publish.undelete(FORD)),
    "taken back and published again": lambda: (publish.unpublish(FORD), publish.publish(FORD)),
    "published again": lambda: publish.publish(FORD),
    "site's title": lambda: configure("title", "Another title"),
    "site's language": lambda: configure("language", "de"),
    "site's zone": lambda: configure("timezone", "Asia/Kolkata"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_changes_ids_dates_or_order(rivers: Blog, at: Callable[[datetime], None], edit: str) -> None:
    before = view(rivers)
    at(NOW)
    EDITS[edit]()
    assert view(rivers) == before


def test_all_edits_together_change_nothing_either(rivers: Blog, at: Callable[[datetime], None]) -> None:
    before = view(rivers)
    for days, edit in enumerate(EDITS.values()):
        at(NOW + timedelta(days=days))
        edit()
    assert view(rivers) == before


def test_an_id_is_a_uuid_and_no_address(rivers: Blog) -> None:
    for guid in rivers.feed().iter("guid"):
        assert guid.get("isPermaLink") == "false"
    for form in FORMATS:
        for item in read(rivers, address(form)).items:
            assert item.id == f"urn:uuid:{UUID(item.id.removeprefix('urn:uuid:'))}"


def test_an_id_is_kept_with_the_post(blog: Blog) -> None:
    post = blog.make_post()
    assert [read(blog, address(form)).items[0].id for form in FORMATS] == [f"urn:uuid:{post.guid}"] * 3


def test_the_link_follows_a_new_slug_and_the_old_one_leads_there(rivers: Blog) -> None:
    [old] = {read(rivers, path).items[1].link for path in NEWEST}
    publish.edit(FORD, Fields(slug="moved"))
    assert {read(rivers, path).items[1].link for path in NEWEST} == {f"{SITE_URL}/posts/moved/"}
    answer = rivers.get(old.removeprefix(SITE_URL))
    assert (answer.status_code, answer.headers["Location"]) == (301, "/posts/moved/")


def test_another_date_moves_a_post_and_keeps_its_id(rivers: Blog) -> None:
    before = view(rivers)
    publish.edit(FORD, Fields(), published_at=LONG_AGO + timedelta(days=9))
    after = view(rivers)
    for path in NEWEST:
        newest, ford, *others = before[path]
        assert after[path] == [(ford[0], LONG_AGO + timedelta(days=9)), newest, *others], path


def test_a_move_to_another_host_changes_links_and_no_id(rivers: Blog) -> None:
    publish.edit(FORD, Fields(body="[There](/posts/mouth/) and [here](#s-part).\n\n## Part"))
    before, channels = view(rivers), [read(rivers, address("atom", place)).id for place in PLACES]
    with served(rivers, site_url="https://moved.example") as moved:
        assert view(moved) == before
        assert [read(moved, address("atom", place)).id for place in PLACES] == channels
        for path in FEEDS:
            feed = read(moved, path)
            hrefs = [href for item in feed.items for href in item.body.xpath("//@href")]
            links = [feed.own, feed.link, *(item.link for item in feed.items), *chain(*feed.links.values()), *hrefs]
            assert hrefs and all(link.startswith("https://moved.example/") for link in links), links
            assert SITE_URL.encode() not in moved.get(path).data


def test_a_deleted_post_leaves_the_feed_and_comes_back_in_its_place(rivers: Blog) -> None:
    before = view(rivers)
    publish.delete(FORD)
    for form in FORMATS:
        assert read(rivers, address(form)).titles == ["Mouth", "Source", "The editor's"]
    publish.undelete(FORD)
    assert view(rivers) == before


def test_a_tag_that_leaves_takes_the_post_out_of_its_feed_alone(rivers: Blog) -> None:
    publish.edit(FORD, Fields(tags=["Roads"]))
    for form in FORMATS:
        assert read(rivers, address(form, "tag")).titles == ["Mouth", "Source"]
        assert read(rivers, address(form)).titles == ["Mouth", "Ford", "Source", "The editor's"]
