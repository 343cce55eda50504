"""Read a folder of Markdown files as Hugo, Jekyll and Pelican do. Pure: files in, documents out."""

import os
import re
from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from blog.core.markdown.render import code_lines, picture_sources
from blog.core.text.slugs import slug_of
from blog.core.text.validate import BODY_BYTES
from blog.transfer.document import DateValue, Document, LocalImage, Problem, SkippedFile
from blog.transfer.readers.dialects import replace_site_urls, unsupported_syntax
from blog.transfer.readers.front_matter import InvalidFile, ParsedText, split

EXTENSIONS = (".md", ".markdown", ".mdown", ".mkd")
MAX_FILE_BYTES = BODY_BYTES + 128 * 1024
IGNORED_FOLDERS = {"_site", "node_modules", "public", "resources", "themes", "vendor"}
# The folders of sites that hold the files of addresses like /images/x.png.
STATIC_FOLDERS = ("", "static", "content", "assets", "source", "public")
JEKYLL_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")
EMPTY_VALUES = ("", "null", "~")
ReaderItem = Document | Problem | SkippedFile


class MarkdownLibrary:
    """The documents of a folder (or of one file) in order of their paths, and problems with them.

    Files are opened one by one during iteration. A document after a problem of the same source is incomplete and
    should not be used.
    """

    def __init__(self, source: Path) -> None:
        self._root = source if source.is_dir() else source.parent
        self._files = _files(source)

    def __length_hint__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[ReaderItem]:
        for path in self._files:
            yield from _read_file(Path(path), self._root)


def _read_file(file: Path, root: Path) -> Iterator[ReaderItem]:
    name = str(file.relative_to(root)).encode("utf-8", "replace").decode()
    try:
        yield from _parse_file(file, root, name)
    except InvalidFile as error:
        yield Problem(name, str(error), error.line)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a link that leads to itself"
        yield Problem(name, f"It cannot be read: {reason}.")


def _files(source: Path) -> list[str]:
    """Return the paths of all texts, as strings: a hundred thousand Path objects would weigh a hundred megabytes."""
    if source.is_file():
        return [str(source)]
    paths: list[str] = []
    for folder, names, files in os.walk(source):
        names[:] = [name for name in names if not name.startswith(".") and name not in IGNORED_FOLDERS]
        paths += [str(Path(folder, name)) for name in files if name.lower().endswith(EXTENSIONS) and name[0] != "."]
    return sorted(paths, key=lambda path: Path(path).parts)


def _parse_file(file: Path, root: Path, name: str) -> Iterator[ReaderItem]:
    if file.name.startswith("_index."):
        yield SkippedFile(name, "a section's own page in Hugo; the blog makes its lists by itself")
        return
    text = _text(file, root)
    if not text.strip():
        raise InvalidFile("The file is empty.")
    parsed = split(text)
    if parsed is None:
        yield SkippedFile(name, "no front matter")
        return
    if str(parsed.fields.get("status", "")).strip().lower() == "skip":
        yield SkippedFile(name, "its status is skip")
        return
    document = _FrontMatter(parsed, file, root).document(name)
    if "{" in document.body:  # all of that syntax has one; to parse each text would take most of the time
        for syntax, number in unsupported_syntax(document.body, code_lines(document.body)):
            note = f"{syntax} stays in the text as it is written"
            document.notes.append(Problem(name, note, document.first_line + number))
    for image in _images(document, file, root):
        if isinstance(image, Problem):
            yield image
        else:
            document.images.append(image)
    yield document


def _text(file: Path, root: Path) -> str:
    if not file.resolve().is_relative_to(root.resolve()):
        raise InvalidFile("It is a link to a file outside this folder, which is not followed.")
    if not file.is_file():
        raise InvalidFile("It is not a file.")
    size = file.stat().st_size
    if size > MAX_FILE_BYTES:
        raise InvalidFile(
            f"The text has {size // 1024} kB; {BODY_BYTES // 1024} kB are allowed. Split it into several posts."
        )
    data = file.read_bytes()
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise InvalidFile("There is a NUL character in the text: is it really a text file?", line)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidFile("The text is not UTF-8. Save it as UTF-8 and import again.", line) from error


class _FrontMatter:
    """The front matter of a file, under the field names of Hugo, Jekyll and Pelican."""

    def __init__(self, parsed: ParsedText, file: Path, root: Path) -> None:
        self.parsed, self.file, self.root = parsed, file, root
        self.jekyll = JEKYLL_NAME.fullmatch(file.stem)

    def document(self, name: str) -> Document:
        title = self.text("title")
        if not title:
            raise InvalidFile("It has no title. Add a line “title: …” to its front matter.", 1)
        status = self.status()
        layout = self.text("kind") or self.text("type") or self.text("layout") or self.text("template")
        in_pages = "pages" in self.file.relative_to(self.root).parts[:-1]
        parts = self.file.relative_to(self.root).parts
        return Document(
            source=name,
            title=title,
            body=replace_site_urls(self.parsed.body),
            slug=self.slug(title),
            summary=self.text("summary") or self.text("description") or self.text("excerpt"),
            tags=self.texts("tags") + self.texts("categories") + self.texts("category"),
            date=self.when("publishdate") or self.when("date") or (self.jekyll[1] if self.jekyll else None),
            updated=self.when("updated") or self.when("lastmod") or self.when("modified"),
            draft=self.yes("draft") or not self.yes("published", "true") or status == "draft" or "_drafts" in parts,
            language=self.text("lang") or self.text("language"),
            aliases=self.texts("aliases") + self.texts("redirect_from") + self.own_address(),
            author=self.text("author") or next(iter(self.texts("authors")), ""),
            cover=self.text("cover") or self.text("image"),
            canonical_url=self.text("canonical_url") or self.text("canonicalurl"),
            unlisted=self.yes("unlisted") or status == "hidden",
            guid=self.text("guid"),
            kind="page" if layout.lower() == "page" or (in_pages and not self.text("kind")) else "post",
            first_line=self.parsed.first_line,
        )

    def status(self) -> str:
        """Return published, draft or hidden (as in Pelican)."""
        status = self.text("status").lower() or "published"
        if status not in ("published", "draft", "hidden"):
            raise InvalidFile(f"“status: {status[:40]}” in the front matter should be published, draft or hidden.", 1)
        if self.value("expirydate") is not None:
            raise InvalidFile("It has an expiryDate, which nothing here would obey. Take that line out.", 1)
        return status

    def slug(self, title: str) -> str:
        slug = self.text("slug")
        if slug:
            return slug
        if self.parsed.style == "pelican":
            return slug_of(title)
        stem = self.jekyll[2] if self.jekyll else self.file.stem
        bundle = stem == "index" and self.file.parent != self.root
        return slug_of(self.file.parent.name if bundle else stem)

    def own_address(self) -> list[str]:
        """Return the text's path in the other system, if the front matter has it."""
        address = self.text("permalink") or self.text("url")
        return [address] if address.startswith("/") and ":" not in address else []

    def value(self, name: str) -> Any:
        value = self.parsed.fields.get(name)
        return None if isinstance(value, str) and value.strip().lower() in EMPTY_VALUES else value

    def text(self, name: str) -> str:
        value = self.value(name)
        if name in ("cover", "image", "author") and isinstance(value, dict):
            value = next((value[key] for key in ("image", "path", "src", "name") if key in value), None)
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list) and name == "author" and value:
            value = value[0]
        if not isinstance(value, str | int | float):
            raise InvalidFile(f"“{name}” in the front matter should be one line of text.", 1)
        return str(value).strip()

    def texts(self, name: str) -> list[str]:
        value = self.value(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.strip("[]").split(",") if part.strip()]
        if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
            return [str(item).strip() for item in value if str(item).strip()]
        raise InvalidFile(f"“{name}” in the front matter should be a list of words.", 1)

    def yes(self, name: str, default: str = "false") -> bool:
        value = self.text(name).lower() or default
        if value not in ("true", "false", "yes", "no", "on", "off"):
            raise InvalidFile(f"“{name}: {value[:40]}” in the front matter should be true or false.", 1)
        return value in ("true", "yes", "on")

    def when(self, name: str) -> DateValue:
        value = self.value(name)
        if value is None or isinstance(value, datetime | date):
            return value
        if not isinstance(value, str | int):
            raise InvalidFile(f"“{name}” in the front matter is not a date; it should look like 2026-11-20.", 1)
        return str(value).strip()


def _images(document: Document, file: Path, root: Path) -> Iterator[LocalImage | Problem]:
    may_show = "![" in document.body or "<" in document.body  # most texts show none, and parsing takes long
    sources = picture_sources(document.body) if may_show else []
    addresses = [(address, line + document.first_line - 1) for address, line in sources]
    if document.cover:
        addresses.append((document.cover, 1))
    for address, line in addresses:
        if re.match(r"(?:[a-z][a-z0-9+.-]*:)?//|data:|/media/", address, re.IGNORECASE):
            continue
        image_file = _image_file(address, file, root)
        if image_file is None:
            yield Problem(document.source, f"The picture {address} is missing.", line)
        else:
            yield LocalImage(address, image_file, line)


def _image_file(address: str, file: Path, root: Path) -> Path | None:
    path = urlsplit(re.sub(r"^\{(static|attach|filename)\}", "", address)).path
    if "\0" in path:
        return None
    if path.startswith("/"):
        candidates = [root / base / path.lstrip("/") for base in STATIC_FOLDERS]
    else:
        candidates = [file.parent / path, *(root / base / path for base in STATIC_FOLDERS)]
    library = root.resolve()
    for candidate in candidates:
        if candidate.is_file() and candidate.resolve().is_relative_to(library):
            return candidate
    return None


# An address in a link or image, in its definition, or in an attribute.
ADDRESS = re.compile(
    r"""(?P<before>\]\(\s*|\]:\s*)(?P<address><[^<>\n]*>|(?:[^\s()<>]|\([^\s()<>]*\))+)"""
    r"""|(?P<attribute>\bsrc\s*=\s*)(?P<quoted>"[^"]*"|'[^']*'|[^\s"'>]+)""",
    re.IGNORECASE,
)
CODE_SPAN = re.compile(r"((?<!`)`+(?!`).+?(?<!`)`+(?!`))")


def replace_addresses(body: str, addresses: dict[str, str]) -> str:
    """Replace the addresses of images in a text, but not in code."""
    if not addresses:
        return body

    def replacement(match: re.Match[str]) -> str:
        old = match["quoted"] or match["address"]
        new = addresses.get(unquote(unescape(old.strip("<>\"'"))))
        if new is None:
            return match[0]
        return match["attribute"] + f'"{new}"' if match["quoted"] else match["before"] + new

    code = code_lines(body)
    lines = body.split("\n")
    for number, line in enumerate(lines):
        if number not in code:
            parts = CODE_SPAN.split(line)
            parts[::2] = [ADDRESS.sub(replacement, part) for part in parts[::2]]
            lines[number] = "".join(parts)
    return "\n".join(lines)
