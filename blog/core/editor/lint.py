"""What authors may want to mend before they publish. Nothing here keeps them from it."""

import re
from collections.abc import Iterator

from blog.core.images import storage, variants
from blog.core.markdown.render import Rendered
from blog.core.posts.article import Article
from blog.core.urls import internal_links, permalinks

HEADING = re.compile(r"<h([2-6])[ >]")
# Networks and search engines cut titles off at about this many characters.
LONG_TITLE = 70
MAX_NAMES = 5


def warnings(article: Article, text: Rendered, site_url: str) -> list[str]:
    """Sentences on what may be missing or wrong."""
    return [
        *_head(article), *_pictures(article, text), *_not_here(article, text), *_foreign(text), *_headings(text),
        *_links(article, text, site_url),
    ]  # fmt: skip


def _head(article: Article) -> Iterator[str]:
    if not article.summary and article.kind == "post":
        yield "There is no summary: lists and shared links will show the opening words."
    if len(article.title) > LONG_TITLE:
        yield f"The title has {len(article.title)} characters: networks will cut it after about {LONG_TITLE}."


def _pictures(article: Article, text: Rendered) -> Iterator[str]:
    shown = text.pictures[1:] if article.cover else text.pictures
    silent = [picture["src"] for picture in shown if not picture["alt"]]
    if silent:
        yield f"Without a description (alt text), some readers miss what these pictures show: {_named(silent)}."


def _not_here(article: Article, text: Rendered) -> Iterator[str]:
    """Pictures of ours that are not here, in one question."""
    named = dict.fromkeys([*(picture["src"] for picture in text.pictures), article.cover or ""])
    ours = [address for address in named if variants.hash_prefix_of(address)]
    here = storage.image_files_by_prefix(map(variants.hash_prefix_of, ours))
    missing = [address for address in ours if variants.hash_prefix_of(address) not in here]
    if missing:
        yield f"Pictures that are not kept here, or are deleted: {_named(missing)}."


def _foreign(text: Rendered) -> Iterator[str]:
    """Pictures that readers are not shown, lest they be followed."""
    if text.foreign:
        named = _named(text.foreign)
        yield f"Readers see a link in the place of pictures on other sites: {named}. They can be copied here."


def _headings(text: Rendered) -> Iterator[str]:
    before = 1
    for level in map(int, HEADING.findall(text.html)):
        if level > before + 1:
            yield f"A heading of level {level} follows one of level {before}: a level is left out."
            return
        before = level


def _links(article: Article, text: Rendered, site_url: str) -> Iterator[str]:
    own = permalinks.path_of(article)
    paths = {link: path for link in text.links if (path := internal_links.internal_path(link, site_url, own)) != own}
    open_to_all = internal_links.existing_paths(set(paths.values()))
    broken = [link for link, path in paths.items() if path not in open_to_all]
    if broken:
        yield f"Nothing that readers can open is at {_named(broken)}."


def _named(addresses: list[str]) -> str:
    some = ", ".join(dict.fromkeys(addresses[:MAX_NAMES]))
    return f"{some} and {len(addresses) - MAX_NAMES} more" if len(addresses) > MAX_NAMES else some
