"""Every kind of page that the blog can make, as files in a folder."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from blog import paths
from blog.core.accounts import invitations
from blog.core.editor import preview, publish
from blog.core.media import library
from blog.core.site.settings import configure, configure_all
from blog.extensions import db
from tests import sample_blog
from tests.admin.conftest import Author, Visitor, join
from tests.admin.pages import DOORS, PAGES
from tests.admin.writing import NEW, held
from tests.web.ask import put, rough
from tests.world import Blog, picture, write

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
EMPTY = ("/", "/archive/", "/tags/", "/subscribe/", "/search/", "/nothing/")


class Collection:
    """A folder of pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []

    def add(self, path: str, answer: Any, status: int = 200, of: str = "") -> None:
        """Keep an answer, under a name that tells its address."""
        assert answer.status_code == status, (path, answer.status_code)
        ending = {"text/css": "css", "image/svg+xml": "svg"}.get(answer.mimetype, "html")
        name = f"{of}{re.sub(r'[^a-z0-9]+', '-', path)}{len(self.names)}.{ending}"
        write(self.folder, name, answer.data)
        self.names.append(name)


def empty(kept: Collection, blog: Blog) -> None:
    """The pages of a blog without posts."""
    for path in EMPTY:
        kept.add(path, blog.get(path), 404 if path == "/nothing/" else 200, "empty")


def readers(kept: Collection, blog: Blog) -> None:
    """All that readers see."""
    for path, status in sample_blog.PAGES.items():
        kept.add(path, blog.get(path), status, "reader")
    for file in sorted(GOLDEN.glob("*.md")):
        post = blog.make_post(f"Golden {file.stem}", body=file.read_text("utf-8"))
        kept.add(file.stem, blog.get(f"/posts/{post.slug}/"), of="golden")
    configure("language", "ar")
    for path in ("/", "/archive/", "/subscribe/"):
        kept.add(path, blog.get(path), of="arabic")


def files(kept: Collection, blog: Blog) -> None:
    """The style sheets, that of a chosen look too, and the drawing."""
    configure_all({"accent": "#1f4f73", "typeface": "oldstyle"})
    [chosen] = blog.read("/").xpath("//link[@rel='stylesheet']/@href")
    for path in (chosen, "/static/icon.svg"):
        kept.add(path, blog.get(path), of="file")
    for file in sorted((paths.static() / "css").glob("*.css")):
        kept.add(file.name, blog.get(f"/static/css/{file.name}"), of="file")


def authors(kept: Collection, blog: Blog, tomorrow: datetime) -> None:
    """All that authors see, the first of them before there is an account."""
    visitor = Visitor(blog.app)
    path = f"/admin/setup/{invitations.create_setup_link()}/"
    kept.add("first", visitor.get(path), of="door")
    author = Author(blog)
    names = _states(blog, author, tomorrow)
    for patterns in PAGES.values():
        for pattern in patterns:
            path = pattern.format(**names)
            kept.add(path, author.get(path), of="author")
    for pattern in (*DOORS["admin.sign_in"], *DOORS["admin.set_up"], "/admin/setup/ended/"):
        path = pattern.format(**names)
        kept.add(path, visitor.get(path), 404 if "ended" in path else 200, of="door")
    _refused(kept, author, names)


def _states(blog: Blog, author: Author, tomorrow: datetime) -> dict[str, str]:
    """What stands for the braces in the addresses of authors' pages."""
    bo = join("bo@example.org", "Bo")
    folder = blog.instance / "media"
    kept = library.add(picture(900, 600), folder, "kept.png", "A picture")
    gone = library.add(picture(900, 600, colour="navy"), folder, "gone.png")
    library.delete(gone.id, folder)
    draft = blog.make_post("A draft", published_at=None, body="Words.\n\n## Deep").id
    deleted, changed = blog.make_post("Gone").id, blog.make_post("Changed", tags=["Water"]).id
    publish.delete(deleted)
    path = f"/admin/posts/{changed}/"
    sent = held(author.page(path)) | {"body": "Other words.\n" * 30, "action": "save"}
    assert author.post(path, **sent).status_code == 303
    made = {"draft": draft, "deleted": deleted, "changed": changed, "picture": kept.id, "gone": gone.id}
    scheduled = blog.make_post("Soon", published_at=tomorrow).id
    invited = invitations.invite("Cy", "cy@example.org", bo.id)
    links = {"preview": f"/preview/{preview.link_token(changed)}/", "invitation": f"/admin/setup/{invited}/"}
    return {name: str(number) for name, number in made.items()} | {"scheduled": str(scheduled)} | links


def _refused(kept: Collection, author: Author, names: dict[str, str]) -> None:
    """What forms answer that cannot be taken, and how a link will look."""
    fields = held(author.page(NEW)) | {"title": "Two mistakes", "body": "Words.", "language": "!", "slug": "No!"}
    kept.add("refused", author.post(NEW, **fields | {"action": "publish"}), 422, "author")
    kept.add("looks", author.post("/admin/posts/looks/", **fields), of="author")
    path = f"/admin/posts/{names['draft']}/"
    mine = held(author.page(path))
    author.post(path, **mine | {"body": "Hers, a word.", "action": "save"})
    kept.add("clash", author.post(path, **mine | {"body": "Mine, another.", "action": "save"}), 409, "author")


def broken(kept: Collection, blog: Blog) -> None:
    """What is said when something is broken; the blog is of no use afterwards."""
    rough(blog)
    kept.add("refused", blog.client.post("/"), 405, "error")
    put("UPDATE post SET contents = '{' WHERE slug = 'river'")
    kept.add("broken", blog.get("/posts/river/"), 500, "error")
    db.session.remove()
    db.engine.dispose()
    for file in blog.instance.glob("blog.db*"):
        file.unlink()
    kept.add("away", blog.get("/"), 503, "error")
