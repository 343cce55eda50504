"""Warnings for authors before they publish. They may ignore all of them."""

import re
from collections.abc import Iterator

from blog.core.images import storage, variants
from blog.core.markdown.render import RenderedText
from blog.core.posts.article import Article
from blog.core.urls import internal_links, permalinks

HEADING = re.compile(r"<h([2-6])[ >]")
# Networks and search engines cut titles off at about this many characters.
LONG_TITLE = 70
MAX_NAMES = 5


def warnings(article: Article, rendered: RenderedText, site_url: str) -> list[str]:
    """Return sentences about what may be missing or wrong."""
    return [
        *_summary_and_title(article), *_alt_texts(article, rendered), *_missing_pictures(article, rendered),
        *_foreign_pictures(rendered), *_headings(rendered), *_links(article, rendered, site_url),
    ]  # fmt: skip


def _summary_and_title(article: Article) -> Iterator[str]:
    if not article.summary and article.kind == "post":
        yield "There is no summary: lists and shared links will show the opening words."
    if len(article.title) > LONG_TITLE:
        yield f"The title has {len(article.title)} characters: networks will cut it after about {LONG_TITLE}."


def _alt_texts(article: Article, rendered: RenderedText) -> Iterator[str]:
    pictures = rendered.pictures[1:] if article.cover else rendered.pictures
    without_alt = [picture["src"] for picture in pictures if not picture["alt"]]
    if without_alt:
        yield f"Without a description (alt text), some readers miss what these pictures show: {_join(without_alt)}."


def _missing_pictures(article: Article, rendered: RenderedText) -> Iterator[str]:
    """Look for pictures of this site that do not exist, with one query."""
    urls = dict.fromkeys([*(picture["src"] for picture in rendered.pictures), article.cover or ""])
    prefixes = {url: prefix for url in urls if (prefix := variants.hash_prefix_of(url))}
    existing = storage.image_files_by_prefix(prefixes.values())
    missing = [url for url, prefix in prefixes.items() if prefix not in existing]
    if missing:
        yield f"Pictures that are not kept here, or are deleted: {_join(missing)}."


def _foreign_pictures(rendered: RenderedText) -> Iterator[str]:
    """Look for pictures on other sites: readers do not see them, because these sites could track readers."""
    if rendered.foreign_images:
        urls = _join(rendered.foreign_images)
        yield f"Readers see a link in the place of pictures on other sites: {urls}. They can be copied here."


def _headings(rendered: RenderedText) -> Iterator[str]:
    before = 1
    for level in map(int, HEADING.findall(rendered.html)):
        if level > before + 1:
            yield f"A heading of level {level} follows one of level {before}: a level is left out."
            return
        before = level


def _links(article: Article, rendered: RenderedText, site_url: str) -> Iterator[str]:
    own = permalinks.path_of(article)
    paths = {link: internal_links.internal_path(link, site_url, own) for link in rendered.links}
    existing = internal_links.existing_paths({path for path in paths.values() if path != own})
    broken = [link for link, path in paths.items() if path != own and path not in existing]
    if broken:
        yield f"Nothing that readers can open is at {_join(broken)}."


def _join(urls: list[str]) -> str:
    text = ", ".join(dict.fromkeys(urls[:MAX_NAMES]))
    return f"{text} and {len(urls) - MAX_NAMES} more" if len(urls) > MAX_NAMES else text
