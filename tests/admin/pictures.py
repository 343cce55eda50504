"""Pictures in the tests of authors: how they are sent, and where they lie."""

from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from blog.models import Media
from tests.admin.conftest import Visitor
from tests.world import Blog

LIBRARY = "/admin/media/"
JSON = {"Accept": "application/json"}
File = tuple[str, bytes]


def upload(author: Visitor, *files: File, headers: dict[str, str] | None = None, **more: Any) -> Any:
    """The answer to pictures that are sent."""
    given: dict[str, Any] = {"csrf_token": author.token(), **more}
    given["file"] = [FileStorage(BytesIO(data), filename=name) for name, data in files]
    boundary, body = encode_multipart(given)
    kind = f"multipart/form-data; boundary={boundary}"
    return author.open(LIBRARY, "POST", data=body, headers=headers or {}, content_type=kind)


def folder(blog: Blog) -> Path:
    return blog.instance / "media"


def lying(blog: Blog) -> set[str]:
    """The names of all files in the media folder, and beneath."""
    return {str(file.relative_to(folder(blog))) for file in folder(blog).rglob("*") if file.is_file()}


def path(row: Media) -> str:
    return f"/admin/media/{row.id}/"
