"""Read a folder of Markdown files in the manner of Hugo, Jekyll and Pelican. Pure: files in, documents out."""

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
from blog.transfer.document import DateValue, Document, LocalPicture, Problem, SkippedFile
from blog.transfer.readers.dialects import replace_site_urls, unsupported_syntax
from blog.transfer.readers.front_matter import InvalidFrontMatter, ParsedText, split

EXTENSIONS = (".md", ".markdown", ".mdown", ".mkd")
MAX_FILE_BYTES = BODY_BYTES + 128 * 1024
IGNORED_FOLDERS = {"_site", "node_modules", "public", "resources", "themes", "vendor"}
# Where sites keep the files behind addresses like /images/x.png.
STATIC_FOLDERS = ("", "static", "content", "assets", "source", "public")
JEKYLL_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")
EMPTY_VALUES = ("", "null", "~")
ReaderItem = Document | Problem | SkippedFile


class Library:
    """The documents of a folder (or of one file) in order of their paths, and what is wrong with them.

    What is wrong with a document comes before it: it lacks something then, and should not be used.
    """

    def __init__(self, source: Path) -> None:
        self._root = source if source.is_dir() else source.parent
        self._files = _files(source)

    def __length_hint__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[ReaderItem]:
        for path in self._files:
            yield from _read_file(Path(path), self._root)


def read(source: Path) -> Library:
    """What a folder (or one file) holds; the files are opened one by one, as they are asked for."""
    return Library(source)


def _read_file(file: Path, root: Path) -> Iterator[ReaderItem]:
    name = str(file.relative_to(root)).encode("utf-8", "replace").decode()
    try:
        yield from _parse_file(file, root, name)
    except (InvalidFrontMatter, _InvalidFile) as error:
        yield Problem(name, str(error), error.line)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a link that leads to itself"
        yield Problem(name, f"It cannot be read: {reason}.")


class _InvalidFile(Exception):
    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def _files(source: Path) -> list[str]:
    """The paths of all texts, as strings: a hundred thousand Path objects would weigh a hundred megabytes."""
    if source.is_file():
        return [str(source)]
    found = []
    for folder, names, files in os.walk(source):
        names[:] = [name for name in names if not name.startswith(".") and name not in IGNORED_FOLDERS]
        found += [str(Path(folder, name)) for name in files if name.lower().endswith(EXTENSIONS) and name[0] != "."]
    return sorted(found, key=lambda path: Path(path).parts)


def _parse_file(file: Path, root: Path, name: str) -> Iterator[ReaderItem]:
    if file.name.startswith("_index."):
        yield SkippedFile(name, "a section's own page in Hugo; the blog makes its lists by itself")
        return
    text = _text(file, root)
    if not text.strip():
        raise _InvalidFile("The file is empty.")
    found = split(text)
    if found is None:
        yield SkippedFile(name, "no front matter")
        return
    if str(found.head.get("status", "")).strip().lower() == "skip":
        yield SkippedFile(name, "its status is skip")
        return
    document = _FrontMatter(found, file, root).document(name)
    if "{" in document.body:  # all that is looked for has one; parsing for nothing would take most of the time
        for what, number in unsupported_syntax(document.body, code_lines(document.body)):
            note = f"{what} stays in the text as it is written"
            document.notes.append(Problem(name, note, document.first_line + number))
    for picture in _pictures(document, file, root):
        if isinstance(picture, Problem):
            yield picture
        else:
            document.pictures.append(picture)
    yield document


def _text(file: Path, root: Path) -> str:
    if not file.resolve().is_relative_to(root.resolve()):
        raise _InvalidFile("It is a link to a file outside this folder, which is not followed.")
    if not file.is_file():
        raise _InvalidFile("It is not a file.")
    size = file.stat().st_size
    if size > MAX_FILE_BYTES:
        raise _InvalidFile(
            f"The text has {size // 1024} kB; {BODY_BYTES // 1024} kB are allowed. Split it into several posts."
        )
    data = file.read_bytes()
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise _InvalidFile("There is a NUL character in the text: is it really a text file?", line)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _InvalidFile("The text is not UTF-8. Save it as UTF-8 and import again.", line) from error


class _FrontMatter:
    """Front matter under the names that Hugo, Jekyll and Pelican use."""

    def __init__(self, found: ParsedText, file: Path, root: Path) -> None:
        self.found, self.file, self.root = found, file, root
        self.jekyll = JEKYLL_NAME.fullmatch(file.stem)

    def document(self, name: str) -> Document:
        title = self.text("title")
        if not title:
            raise _InvalidFile("It has no title. Add a line “title: …” to its front matter.", 1)
        status = self.status()
        layout = self.text("kind") or self.text("type") or self.text("layout") or self.text("template")
        in_pages = "pages" in self.file.relative_to(self.root).parts[:-1]
        parts = self.file.relative_to(self.root).parts
        return Document(
            source=name,
            title=title,
            body=replace_site_urls(self.found.body),
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
            first_line=self.found.first_line,
        )

    def status(self) -> str:
        """What Pelican (and others) say of a text's publicity: published, draft or hidden."""
        status = self.text("status").lower() or "published"
        if status not in ("published", "draft", "hidden"):
            raise _InvalidFile(f"“status: {status[:40]}” in the front matter should be published, draft or hidden.", 1)
        if self.value("expirydate") is not None:
            raise _InvalidFile("It has an expiryDate, which nothing here would obey. Take that line out.", 1)
        return status

    def slug(self, title: str) -> str:
        given = self.text("slug")
        if given:
            return given
        if self.found.style == "pelican":
            return slug_of(title)
        stem = self.jekyll[2] if self.jekyll else self.file.stem
        bundle = stem == "index" and self.file.parent != self.root
        return slug_of(self.file.parent.name if bundle else stem)

    def own_address(self) -> list[str]:
        """Where the text lay in the other system, when its front matter says so."""
        address = self.text("permalink") or self.text("url")
        return [address] if address.startswith("/") and ":" not in address else []

    def value(self, name: str) -> Any:
        value = self.found.head.get(name)
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
            raise _InvalidFile(f"“{name}” in the front matter should be one line of text.", 1)
        return str(value).strip()

    def texts(self, name: str) -> list[str]:
        value = self.value(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.strip("[]").split(",") if part.strip()]
        if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
            return [str(item).strip() for item in value if str(item).strip()]
        raise _InvalidFile(f"“{name}” in the front matter should be a list of words.", 1)

    def yes(self, name: str, default: str = "false") -> bool:
        value = self.text(name).lower() or default
        if value not in ("true", "false", "yes", "no", "on", "off"):
            raise _InvalidFile(f"“{name}: {value[:40]}” in the front matter should be true or false.", 1)
        return value in ("true", "yes", "on")

    def when(self, name: str) -> DateValue:
        value = self.value(name)
        if value is None or isinstance(value, datetime | date):
            return value
        if not isinstance(value, str | int):
            raise _InvalidFile(f"“{name}” in the front matter is not a date; it should look like 2026-11-20.", 1)
        return str(value).strip()


def _pictures(document: Document, file: Path, root: Path) -> Iterator[LocalPicture | Problem]:
    may_show = "![" in document.body or "<" in document.body  # most texts show none, and parsing takes long
    sources = picture_sources(document.body) if may_show else []
    written = [(source, line + document.first_line - 1) for source, line in sources]
    if document.cover:
        written.append((document.cover, 1))
    for source, line in written:
        if re.match(r"(?:[a-z][a-z0-9+.-]*:)?//|data:|/media/", source, re.IGNORECASE):
            continue
        found = _picture_file(source, file, root)
        if found is None:
            yield Problem(document.source, f"The picture {source} is missing.", line)
        else:
            yield LocalPicture(source, found, line)


def _picture_file(source: str, file: Path, root: Path) -> Path | None:
    path = urlsplit(re.sub(r"^\{(static|attach|filename)\}", "", source)).path
    if "\0" in path:
        return None
    if path.startswith("/"):
        candidates = [root / base / path.lstrip("/") for base in STATIC_FOLDERS]
    else:
        candidates = [file.parent / path, *(root / base / path for base in STATIC_FOLDERS)]
    inside = root.resolve()
    for candidate in candidates:
        if candidate.is_file() and candidate.resolve().is_relative_to(inside):
            return candidate
    return None


# Where an address can stand: in a link or picture, in its definition, in an attribute.
ADDRESS = re.compile(
    r"""(?P<before>\]\(\s*|\]:\s*)(?P<address><[^<>\n]*>|(?:[^\s()<>]|\([^\s()<>]*\))+)"""
    r"""|(?P<attribute>\bsrc\s*=\s*)(?P<quoted>"[^"]*"|'[^']*'|[^\s"'>]+)""",
    re.IGNORECASE,
)
CODE_SPAN = re.compile(r"((?<!`)`+(?!`).+?(?<!`)`+(?!`))")


def replace_addresses(body: str, addresses: dict[str, str]) -> str:
    """The text with each picture's address replaced; code, where an address is only shown, stays as it is."""
    if not addresses:
        return body

    def replaced(match: re.Match[str]) -> str:
        written = match["quoted"] or match["address"]
        new = addresses.get(unquote(unescape(written.strip("<>\"'"))))
        if new is None:
            return match[0]
        return match["attribute"] + f'"{new}"' if match["quoted"] else match["before"] + new

    code = code_lines(body)
    lines = body.split("\n")
    for number, line in enumerate(lines):
        if number not in code:
            parts = CODE_SPAN.split(line)
            parts[::2] = [ADDRESS.sub(replaced, part) for part in parts[::2]]
            lines[number] = "".join(parts)
    return "\n".join(lines)
