"""Copy pictures from other sites to this one, so that readers load nothing from there.

They are downloaded by the one HTTP client, which connects to public networks only. Decoding decides their type, not
the other server's headers. No transaction is open during a download.
"""

import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from blog.core.errors import Invalid
from blog.core.images import storage
from blog.core.markdown import render
from blog.core.markdown.sanitize import external_url
from blog.core.media import library
from blog.extensions import db
from blog.models import Media

TIMEOUT = 30.0
# Limits for one form: the number of pictures, and the seconds after which no further download begins. Each may take
# half a minute, and other requests wait.
MAX_IMAGES, MAX_SECONDS = 20, 60.0
LATER = "There are more pictures than can be copied at once: press the button again."
ACCEPT = "image/webp,image/png,image/jpeg,image/gif"
URL_PATTERN = r"""(?:[^\s<>()"']|\([^\s<>()"']*\))+"""
# A picture in Markdown, in a Markdown reference, in HTML.
IMAGE_REFERENCE = re.compile(
    rf"(!\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*<?)({URL_PATTERN})"
    rf"|(^ {{0,3}}\[[^\[\]]+\]:[ \t]*<?)({URL_PATTERN})"
    rf"""|(<img\b[^<>]*?\bsrc\s*=\s*["']?)([^\s<>"']+)""",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True)
class ImageFetcher:
    """Downloads pictures into `folder`. `site` is this blog's URL; `allow` lists private networks it may connect to."""

    folder: Path
    site: str
    allow: Collection[str] = ()

    def copy(self, address: str) -> Media:
        """Download a picture and store it. Raises Invalid, DiskFull or Unavailable."""
        data = self._download(address)
        return library.add(data, self.folder, unquote(urlsplit(address).path) or "picture")

    def _download(self, address: str) -> bytes:
        from blog import outbound  # servers never load it before they need it

        db.session.rollback()
        try:
            response = outbound.get(
                address, site=self.site, allow=self.allow, headers={"Accept": ACCEPT},
                max_bytes=storage.FILE_BYTES, seconds=TIMEOUT,
            )  # fmt: skip
        except outbound.Unreachable as error:
            raise Invalid("address", str(error)) from error
        if response.status != 200:
            raise Invalid("address", f"{urlsplit(address).hostname} answers with {response.status}.")
        return response.body


@dataclass
class CopyResult:
    """A text with local pictures: how many were copied, and a sentence for each that could not be."""

    body: str
    copied: int = 0
    failed: list[str] = field(default_factory=list)


def remote_images(body: str) -> list[str]:
    """Return the full URLs of a text's pictures on other sites, without repeats."""
    sources = {source for source, _line in render.picture_sources(body)}
    urls = (_full_url(match) for _span, match in _image_references(body))
    return [url for url in dict.fromkeys(urls) if url and _spellings(url) & sources]


def copy_images(body: str, fetcher: ImageFetcher) -> CopyResult:
    """Copy the pictures of a text from other sites and change their URLs, up to the limits above.

    Raises DiskFull or Unavailable.
    """
    result, local_urls = CopyResult(body), dict[str, str]()
    deadline = time.monotonic() + MAX_SECONDS
    for number, url in enumerate(remote_images(body)):
        if number == MAX_IMAGES or (number and time.monotonic() > deadline):
            result.failed.append(LATER)
            break
        try:
            local_urls[url] = library.image_file(fetcher.copy(url)).address
        except Invalid as error:
            result.failed.append(f"{url} was not copied: {error}")
    result.copied, result.body = len(local_urls), _replace_urls(body, local_urls)
    return result


def _replace_urls(body: str, local_urls: dict[str, str]) -> str:
    parts, end = [], 0
    for span, match in _image_references(body):
        local_url = local_urls.get(_full_url(match))
        if local_url:
            parts += [body[end : span[0]], local_url]
            end = span[1]
    return "".join([*parts, body[end:]])


def _image_references(body: str) -> Iterator[tuple[tuple[int, int], "re.Match[str]"]]:
    """Yield the span of each picture's URL outside code, with the whole match."""
    code, line, position = render.code_lines(body), 0, 0
    for match in IMAGE_REFERENCE.finditer(body):
        line, position = line + body.count("\n", position, match.start()), match.start()
        if line not in code:
            yield match.span(match.lastindex or 0), match


def _full_url(match: "re.Match[str]") -> str:
    """Return the URL as a browser reads it; empty for a URL of this site."""
    external = external_url(unescape(match[match.lastindex or 0]))
    url = f"https:{external}" if external.startswith("//") else external
    return url if url.lower().startswith(("http://", "https://")) else ""


def _spellings(url: str) -> set[str]:
    """Return the forms in which `render.picture_sources` may give a URL."""
    return {unquote(url), unquote(url.partition(":")[2])}


def messages(result: CopyResult) -> Sequence[str]:
    if not result.copied and not result.failed:
        return ["All pictures are here already."]
    subject = "One picture is" if result.copied == 1 else f"{result.copied} pictures are"
    return [*([f"{subject} copied here."] if result.copied else []), *result.failed]
