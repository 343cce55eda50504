"""What the doctor fixes, and the whole command."""

from collections.abc import Callable
from typing import Any

import pytest

from blog.core.media import library
from tests.core.doctor.findings import change, mended, seen
from tests.world import Blog, Result, picture, write

Command = Callable[..., Result]


def test_texts_of_older_code_are_rendered_anew(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    blog.make_post("Post", slug="post", body="A *word*.")
    change(blog.instance, "UPDATE post SET renderer = 0, html = 'old'")
    assert "1 text was rendered by older code." in seen(blog, "note")
    monkeypatch.setattr("blog.core.doctor.fix.QUICK_TEXTS", 0)
    assert mended(blog, thorough=False)[0].startswith("1 texts were left to the next `broadsheet serve`")
    assert mended(blog) == ["Rendered 1 text anew."]
    assert "<em>word</em>" in blog.get("/posts/post/").text and "older code" not in seen(blog, "note")


def test_everything_is_mended_at_once_and_told(blog: Blog, command: Command) -> None:
    blog.make_post("Post", tags=["Rivers"])
    library.add(picture(900, 600, "JPEG"), blog.instance / "media")
    change(blog.instance, "UPDATE tally SET posts = 9 WHERE scope = 'all' AND month = ''", "DROP TABLE search")
    (blog.instance / "secret_key").chmod(0o644)
    next((blog.instance / "media").glob("*.webp")).unlink()
    assert command("doctor").status == 1
    answer = command("doctor", "--fix", "--json")
    assert (answer.status, answer.data["well"]) == (0, True)
    assert answer.data["mended"] == [
        "Only its owner can read the secret key now (secret_key).",
        "Counted all posts anew (2 counts were wrong).",
        "Made the search index anew, of 1 post.",
        "Made the missing files of 1 picture again.",
    ]
    assert command("doctor", "--fix").out.startswith("fix   Nothing: ")
    change(blog.instance, "DROP TRIGGER public_post_update")
    assert "fix   Made triggers again: public_post_update.\n" in command("doctor", "--fix").out
    assert set(command("doctor", "--json").data) == {"well", "findings"}


@pytest.mark.parametrize(
    ("text", "told_of_it"),
    [
        (b"\xff\xfe\x00\x01", "config.toml is not UTF-8 text."),
        (b"port = ", "config.toml cannot be read as TOML"),
        (b"prot = 8000\nsite_url = 'https://mine.example'", "config.toml holds an unknown setting: prot."),
        (b"workers = 0\nport = 99999999", "workers in config.toml is '0', and cannot be used"),
    ],
)
def test_settings_that_cannot_be_read_are_findings(blog: Blog, command: Command, text: bytes, told_of_it: str) -> None:
    write(blog.instance, "config.toml", text)
    answer = command("doctor", "--json")
    assert answer.status == 1 and answer.err == ""
    [fault, *others] = [one["what"] for one in answer.data["findings"] if one["level"] == "bad"]
    assert told_of_it in fault and len(others) == text.count(b"port = 9")
    assert any("The database is whole" in one["what"] for one in answer.data["findings"])
    assert command("list").status == 1


def test_a_damaged_or_missing_key_is_a_finding_and_none_is_made(blog: Blog, command: Command) -> None:
    file = blog.instance / "secret_key"
    file.write_bytes(b"\xff")
    assert "is damaged. Remove the file to have a new one made" in command("doctor").out
    file.unlink()
    answer = command("doctor")
    assert answer.status == 0 and "the next start makes a new one, and everybody signs in again." in answer.out
    assert not file.exists()


def test_it_says_nothing_of_its_own_making(command: Command, blog: Blog) -> None:
    blog.make_post("Post", body="[x](/posts/lost/)")
    found: list[dict[str, Any]] = command("doctor", "--json").data["findings"]
    assert all(set(one) == {"level", "what", "remedy"} for one in found)
    assert all(one["remedy"] for one in found if one["level"] == "bad")
    assert all(one["what"].endswith((".", "x")) for one in found)
