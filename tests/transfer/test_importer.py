"""`import FOLDER`: what becomes of the texts of a folder."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from PIL import Image

from tests.transfer.library import everything, files, rows, text
from tests.world import SITE_URL, Blog, Result, picture, texts, words, write

Command = Callable[..., Result]
CONTENT = Path(__file__).resolve().parents[2].parent / "shared" / "content"


def post_data(command: Command, slug: str) -> dict[str, str]:
    (post,) = [post for post in command("list", "--json").data["posts"] if post["slug"] == slug]
    return post


def test_a_text_is_published_with_its_date(command: Command, blog: Blog, tmp_path: Path) -> None:
    write(tmp_path, "in/rivers.md", text("Rivers", "Two *rivers*.", date="2024-05-01T08:00:00Z"))
    result = command("import", str(tmp_path / "in"))
    assert (result.status, result.out) == (0, "1 new: rivers.md\n")
    page = blog.read("/posts/rivers/")
    assert texts(page, "//h1") == ["Rivers"]
    assert page.xpath("//article//time/@datetime")[0].startswith("2024-05-01T08:00")
    assert post_data(command, "rivers")["published_at"] == "2024-05-01T08:00:00+00:00"


def test_a_text_with_a_future_date_is_scheduled(
    command: Command, blog: Blog, tmp_path: Path, tomorrow: datetime
) -> None:
    write(tmp_path, "in/soon.md", text("Soon", date=tomorrow.isoformat()))
    command("import", str(tmp_path / "in"))
    assert post_data(command, "soon")["status"] == "scheduled"
    blog.read("/posts/soon/", 404)


@pytest.mark.parametrize("head", [{}, {"date": "2024-05-01", "draft": "true"}])
def test_a_text_without_a_date_or_marked_so_is_a_draft(
    command: Command, blog: Blog, tmp_path: Path, head: dict[str, str]
) -> None:
    write(tmp_path, "in/later.md", text("Later", **head))
    command("import", str(tmp_path / "in"))
    assert (post_data(command, "later")["status"], post_data(command, "later")["published_at"]) == ("draft", None)
    blog.read("/posts/later/", 404)


def test_a_date_without_a_time_is_midnight_in_the_sites_zone(command: Command, app: object, tmp_path: Path) -> None:
    command("config", "timezone", "Asia/Kolkata")
    write(tmp_path, "in/a.md", text("A", date="2024-05-01"))
    write(tmp_path, "in/b.md", text("B", date="2024-05-01T06:00"))
    write(tmp_path, "in/c.md", '+++\ntitle = "C"\ndate = 2024-05-01\n+++\nText')
    assert command("import", str(tmp_path / "in")).status == 0
    assert post_data(command, "a")["published_at"] == "2024-04-30T18:30:00+00:00"
    assert post_data(command, "b")["published_at"] == "2024-05-01T00:30:00+00:00"
    assert post_data(command, "c")["published_at"] == "2024-04-30T18:30:00+00:00"


def test_the_date_of_the_last_update_comes_along(command: Command, app: object, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", updated="2024-06-01"))
    command("import", str(tmp_path / "in"))
    assert post_data(command, "a")["updated_at"] == "2024-06-01T00:00:00+00:00"


def test_tags_come_along_in_their_order(command: Command, blog: Blog, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", tags="Volga, Ganges", categories="[Water]"))
    command("import", str(tmp_path / "in"))
    assert post_data(command, "a")["tags"] == ["Volga", "Ganges", "Water"]
    assert "A" in words(blog.read("/tags/ganges/"))


@pytest.mark.parametrize("old", ["/2019/05/rivers.html", "/old/", "/über/", "old-one/"])
def test_an_old_address_answers_301(command: Command, blog: Blog, tmp_path: Path, old: str) -> None:
    write(tmp_path, "in/rivers.md", text("Rivers", date="2024-05-01", aliases=f"[{old}]"))
    command("import", str(tmp_path / "in"))
    response = blog.get("/" + old.lstrip("/"))
    assert (response.status_code, response.headers["Location"]) == (301, "/posts/rivers/")


def test_an_author_signs_the_text(command: Command, blog: Blog, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", author="Ana Belén"))
    command("import", str(tmp_path / "in"))
    assert texts(blog.read("/posts/a/"), "//article//*[contains(@class, 'p-author')]")[0].endswith("Ana Belén")
    assert command("user", "list", "--json").data == {"users": []}


def test_the_sites_own_author_is_nobody_else(command: Command, app: object, instance: Path, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", author="Editor"))
    command("import", str(tmp_path / "in"))
    assert rows(instance, "SELECT name FROM person") == []


def test_pages_unlisted_texts_and_languages_come_along(command: Command, blog: Blog, tmp_path: Path) -> None:
    write(tmp_path, "in/about-us.md", text("About us", date="2024-05-01", kind="page", lang="pt_br"))
    write(tmp_path, "in/hidden.md", text("Hidden", date="2024-05-01", unlisted="true"))
    command("import", str(tmp_path / "in"))
    assert blog.read("/about-us/").xpath("//article/@lang | /html/@lang")[-1] == "pt-BR"
    assert texts(blog.read("/posts/hidden/"), "//h1") == ["Hidden"]
    assert "Hidden" not in words(blog.read("/"))


def test_an_id_comes_along_into_the_feed(command: Command, blog: Blog, tmp_path: Path) -> None:
    guid = "0a1b2c3d-0000-4000-8000-000000000001"
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", guid=guid))
    command("import", str(tmp_path / "in"))
    assert blog.feed().findtext("channel/item/guid") == f"urn:uuid:{guid}"


def test_a_picture_is_stored_anew_with_its_size(command: Command, blog: Blog, instance: Path, tmp_path: Path) -> None:
    original = picture(64, 48, "JPEG", comment=b"taken at home")
    write(tmp_path, "in/a/index.md", text("A", "![A lake](lake.jpg)", date="2024-05-01"))
    write(tmp_path, "in/a/lake.jpg", original)
    command("import", str(tmp_path / "in"))
    (image,) = blog.read("/posts/a/").xpath("//*[contains(@class, 'e-content')]//img")
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("64", "48", "A lake")
    stored = (instance / image.get("src").lstrip("/")).read_bytes()
    assert stored != original and b"taken at home" not in stored
    assert Image.open(io.BytesIO(stored)).size == (64, 48)
    with blog.get(image.get("src")) as response:
        assert (response.status_code, response.data) == (200, stored)


@pytest.mark.parametrize(
    ("name", "written"), [("my pic.png", "<my pic.png>"), ("bäume.png", "bäume.png"), ("x.png", "{static}/x.png")]
)
def test_a_picture_with_a_difficult_address_is_shown(
    command: Command, blog: Blog, tmp_path: Path, name: str, written: str
) -> None:
    write(tmp_path, "in/a.md", text("A", f"![A lake]({written})", date="2024-05-01"))
    write(tmp_path, f"in/{name}", picture())
    assert command("import", str(tmp_path / "in")).status == 0
    (image,) = blog.read("/posts/a/").xpath("//*[contains(@class, 'e-content')]//img")
    assert image.get("src").startswith("/media/")
    with blog.get(image.get("src")) as response:
        assert response.status_code == 200


def test_a_cover_is_shown_and_previewed(command: Command, blog: Blog, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01", cover="images/lake.png"))
    write(tmp_path, "in/images/lake.png", picture(640, 340))
    command("import", str(tmp_path / "in"))
    page = blog.read("/posts/a/")
    (image,) = page.xpath("//article//figure[contains(@class, 'cover')]//img")
    assert (image.get("width"), image.get("height")) == ("640", "340")
    assert page.xpath("//meta[@property='og:image']/@content") == [SITE_URL + image.get("src")]


def test_the_same_picture_is_stored_once(command: Command, app: object, instance: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, f"in/{name}/index.md", text(name, f"![]({name}.png)", date="2024-05-01"))
        write(tmp_path, f"in/{name}/{name}.png", picture())
    command("import", str(tmp_path / "in"))
    assert len(files(instance / "media")) == 2  # and its twin
    assert len(rows(instance, "SELECT * FROM media")) == 1


def test_what_a_text_could_do_is_taken_out(command: Command, blog: Blog, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", "<script>alert(1)</script><p onclick='x()'>Hello</p>", date="2024-05-01"))
    command("import", str(tmp_path / "in"))
    content = blog.read("/posts/a/").xpath("//*[contains(@class, 'e-content')]")[0]
    assert not content.xpath(".//script | .//@onclick")
    assert "Hello" in words(content)


def test_a_text_takes_the_place_of_a_sample(command: Command, blog: Blog, instance: Path, tmp_path: Path) -> None:
    from blog.transfer import samples

    samples.load(instance / "media")
    write(tmp_path, "in/a.md", text("My own essay", date="2024-05-01", slug="diplomatic-relations"))
    result = command("import", str(tmp_path / "in"))
    assert (result.status, result.out) == (0, "1 new, in the place of a sample: a.md\n")
    assert texts(blog.read("/posts/diplomatic-relations/"), "//h1") == ["My own essay"]
    assert command("samples", "remove", "--json").data["kept"] == []
    assert texts(blog.read("/posts/diplomatic-relations/"), "//h1") == ["My own essay"]
    assert command("import", str(tmp_path / "in"), "--json").data["unchanged"] == ["a.md"]


def test_a_sample_that_was_edited_here_is_not_replaced(
    command: Command, blog: Blog, instance: Path, tmp_path: Path
) -> None:
    from blog.transfer import samples

    samples.load(instance / "media")
    command("edit", "diplomatic-relations", "--title", "Mine now")
    write(tmp_path, "in/a.md", text("Another", date="2024-05-01", slug="diplomatic-relations"))
    command("import", str(tmp_path / "in"))
    assert texts(blog.read("/posts/diplomatic-relations/"), "//h1") == ["Mine now"]


def test_a_dry_run_writes_nothing(command: Command, app: object, instance: Path, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", "![](x.png)", date="2024-05-01", tags="New", author="Ana"))
    write(tmp_path, "in/x.png", picture())
    before, database = everything(instance), (instance / "blog.db").read_bytes()
    result = command("import", str(tmp_path / "in"), "--dry-run")
    assert result.status == 0
    assert result.out == "1 new: a.md\nThis was a dry run: nothing was written.\n"
    assert everything(instance) == before
    assert (instance / "blog.db").read_bytes() == database
    assert not (instance / "media").exists()


def test_a_dry_run_makes_no_blog(command: Command, instance: Path, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01"))
    command("import", str(tmp_path / "in"), "--dry-run")
    assert files(instance) == {}


def test_an_import_into_an_empty_folder_begins_a_blog(command: Command, instance: Path, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01"))
    assert command("import", str(tmp_path / "in")).status == 0
    assert [post["slug"] for post in command("list", "--json").data["posts"]] == ["a"]


def test_json_is_one_object(command: Command, app: object, tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", text("A", date="2024-05-01"))
    write(tmp_path, "in/README.md", "Read me")
    result = command("import", str(tmp_path / "in"), "--json")
    assert result.data == {
        "added": ["a.md"], "replaced": [], "updated": [], "unchanged": [], "kept": [], "deleted": [],
        "skipped": [{"source": "README.md", "message": "no front matter"}], "problems": [], "notes": [],
        "imported": True, "dry_run": False,
    }  # fmt: skip


def test_a_file_name_that_is_not_utf8_is_no_traceback(command: Command, app: object, tmp_path: Path) -> None:
    import os

    folder = tmp_path / "in"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")).write_text(text("A", date="2024-05-01"))
    result = command("import", str(folder), "--json")
    result.out.encode()  # a terminal takes no lone surrogates
    assert result.data["added"] or result.data["problems"]


@pytest.mark.skipif(not CONTENT.is_dir(), reason=f"there is no {CONTENT} beside this checkout")
def test_the_essay_that_this_blog_was_asked_for_appears_everywhere(
    command: Command, blog: Blog, instance: Path
) -> None:
    from blog.transfer import samples

    samples.load(instance / "media")
    result = command("import", str(CONTENT), "--json")
    assert (result.status, result.data["replaced"]) == (0, ["diplomatic-relations.md"])
    address = "/posts/diplomatic-relations/"
    page = blog.read(address)
    assert texts(page, "//h1") == ["Diplomatic Relations"]
    assert "Defense and Technological Collaboration" in texts(page, "//article//h2")
    for listing in ("/", "/tags/diplomacy/", "/tags/india/", "/tags/russia/", "/archive/2025/"):
        assert address in blog.read(listing).xpath("//main//a/@href"), listing
    feed = feedparser.parse(blog.get("/feed.xml").data)
    (entry,) = [entry for entry in feed.entries if entry.link == SITE_URL + address]
    assert "India and Russia have long shared" in entry.content[0].value
    assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == datetime(2025, 11, 20, tzinfo=UTC)
    assert f"<loc>{SITE_URL}{address}</loc>" in blog.get("/sitemap.xml").text
    before = everything(instance)
    assert command("import", str(CONTENT), "--json").data["unchanged"] == ["diplomatic-relations.md"]
    assert everything(instance) == before
