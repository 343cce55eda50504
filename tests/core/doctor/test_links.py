"""What the doctor says of links within the site."""

import pytest

from blog.core.doctor import links
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.urls import redirects
from tests.core.doctor.findings import seen
from tests.world import SITE_URL, Blog

LINKS = {
    "/posts/nothing/": False, "/posts/draft/": False, "/posts/there/": True, "/posts/there.md": True, "/about/": True,
    "/nobody/": False, "/tags/rivers/": True, "/tags/lakes/": False, "/2019/old/": False, "/2019/moved/": True,
    "/2019/gone/": False, "/archive/": True, "/feed.xml": True, "https://elsewhere.example/posts/nothing/": True,
    f"{SITE_URL}/posts/nothing-either/": False, "../there/": True, "../nowhere/": False, "#note": True,
    "mailto:a@b.example": True, "https://[bad/": True,
}  # fmt: skip


@pytest.fixture
def linked(blog: Blog) -> Blog:
    """A blog with a post that links to everything."""
    blog.make_post("There", slug="there", tags=["Rivers"])
    blog.make_post("About", slug="about", kind="page")
    blog.make_post("Draft", slug="draft", published_at=None, body="[never told](/posts/nothing/)")
    redirects.add("/2019/moved/", "/posts/there/")
    redirects.add("/2019/gone/", None)
    blog.make_post("Links", slug="links", body="\n".join(f"[x]({link})" for link in LINKS))
    return blog


def test_links_that_lead_nowhere_are_found_and_no_other(linked: Blog) -> None:
    found = {link for _, link in links.broken_links(SITE_URL, 100)}
    assert found == {link for link, leads in LINKS.items() if not leads}


def test_they_are_named_with_their_post_until_they_are_mended(blog: Blog) -> None:
    post = blog.make_post("Links", slug="links", body="[x](/posts/later/)", cover=f"/media/{'0' * 24}.png")
    found = seen(blog, "note")
    assert (
        "2 links of this site lead nowhere: /posts/links/ links to /posts/later/, /posts/links/ links to /media/"
        in found
    )
    blog.make_post("Later", slug="later")
    publish.edit(post.id, Fields(cover=""))
    assert "lead nowhere" not in seen(blog, "note") and "All links within the site lead" in seen(blog, "good")


def test_many_are_counted_and_some_are_named(blog: Blog) -> None:
    blog.make_post("Links", slug="links", body="\n".join(f"[x](/posts/lost-{n}/)" for n in range(1500)))
    found = seen(blog, "note")
    assert "1,000 links or more of this site lead nowhere" in found and "and 995 more" in found


def test_where_somebody_waits_the_newest_texts_are_read(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "QUICK_TEXTS", 1)
    blog.make_post("Old", body="[x](/posts/lost/)")
    blog.make_post("New")
    assert "in the 1 newest texts; `broadsheet doctor` reads all" in seen(blog, "good", thorough=False)
    assert "1 link of this site leads nowhere: " in seen(blog, "note")
