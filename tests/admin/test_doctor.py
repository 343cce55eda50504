"""Health: what the doctor finds, at the desk."""

import os
from pathlib import Path

import pytest

from tests.admin.conftest import Author, Visitor, notices
from tests.admin.ladder import no_forgery, no_stranger
from tests.core.doctor.findings import change
from tests.world import Blog, texts

PATH = "/admin/doctor/"


def said(author: Author, level: str) -> str:
    return "\n".join(texts(author.page(PATH), f"//ul[@class = 'findings is-{level}']/li"))


def test_a_well_blog_is_told_so(author: Author, blog: Blog) -> None:
    page = author.page(PATH)
    assert "All is well" in texts(page, "//p[@class = 'lead']")[0]
    assert page.xpath("//p[@class = 'lead']//time/@datetime")
    assert "The database is whole: 0 posts and pages" in said(author, "good")
    assert "The feeds are well formed" in said(author, "good")
    assert said(author, "bad") == ""
    assert page.xpath("//nav//a[@href = '/admin/doctor/'][@aria-current = 'page']")


def test_what_is_wrong_comes_first_with_its_remedy_and_goes_when_mended(author: Author, blog: Blog) -> None:
    blog.make_post("Post", body="[x](/posts/lost/)")
    (blog.instance / "secret_key").chmod(0o644)
    change(blog.instance, "DROP TABLE search")
    page = author.page(PATH)
    assert texts(page, "//main//h2") == ["Needs you", "Worth knowing", "Mend what is safe", "Well"]
    assert "2 things need you." in texts(page, "//p[@class = 'lead']")[0]
    assert f"chmod 600 {blog.instance / 'secret_key'}" in said(author, "bad")
    assert texts(page, "//p[@class = 'remedy']/code")[0].startswith("chmod 600 ")
    assert "/posts/post-1/ links to /posts/lost/" in said(author, "note").replace("/posts/post/", "/posts/post-1/")
    assert author.post(PATH).status_code == 303
    page = author.page(PATH)
    assert notices(page) == [
        "Only its owner can read the secret key now (secret_key).", "Made the search index anew, of 1 post.",
    ]  # fmt: skip
    assert said(author, "bad") == ""
    author.post(PATH)
    assert notices(author.page(PATH)) == ["There was nothing that can be mended without you."]


def test_it_tells_no_secret(author: Author, blog: Blog) -> None:
    (blog.instance / "secret_key").chmod(0o644)
    assert (blog.instance / "secret_key").read_text().strip() not in author.get(PATH).text


def test_what_is_told_is_never_markup(author: Author, blog: Blog) -> None:
    name = blog.instance / "media" / "<b>`x`<script>.png"
    name.parent.mkdir(exist_ok=True)
    Path(name).write_bytes(b"x")
    os.utime(name, (0, 0))
    page = author.page(PATH)
    assert not page.xpath("//ul//b | //ul//script") and "<b>x<script>.png" in said(author, "note")


def test_much_that_was_mended_is_cut_to_what_a_cookie_holds(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blog.core.doctor.fix.apply_fixes", lambda *_args, **_options: ["x" * 5000] * 20)
    answer = author.post(PATH)
    assert all(len(cookie) < 4000 for cookie in answer.headers.getlist("Set-Cookie"))
    assert len(notices(author.page(PATH))) == 8


def test_it_is_for_authors_and_takes_no_forged_form(visitor: Visitor, author: Author, blog: Blog) -> None:
    (blog.instance / "secret_key").chmod(0o644)
    no_stranger(visitor, PATH)
    no_forgery(author, PATH)
    assert (blog.instance / "secret_key").stat().st_mode & 0o044
