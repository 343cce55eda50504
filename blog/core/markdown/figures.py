"""Figures, for a picture, video or audio file alone in its paragraph; players for those within a line. Pure."""

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from blog.core.images import html

VIDEO_URL = re.compile(
    r"https://(?:(?:www\.|m\.)?youtube\.com/(?:watch|shorts|live)|youtu\.be/|(?:player\.)?vimeo\.com/)\S*"
)
# A path alone in a paragraph. Without a slash, a text that looks like a file name is just text.
MEDIA_PATH = re.compile(r"\.{0,2}/[^\s<>]+")


def make_figure(tokens: list[Token], index: int) -> bool:
    """Turn a paragraph that is only a picture, video or audio file into a figure; return whether it did.

    `index` is the paragraph's inline token. A picture's title becomes the caption.
    """
    inline = tokens[index]
    children = [child for child in inline.children or [] if child.type != "softbreak" and child.content != " "]
    linked = len(children) == 3 and children[0].type == "link_open" and children[1].type in ("image", "text")
    picture = children[linked] if children and (linked or len(children) == 1) else None
    if picture and picture.type == "image":
        return _picture_figure(tokens, index, picture, linked)
    address = _only_address(inline, children, linked)
    element = "video" if VIDEO_URL.fullmatch(address) else html.player_element(address)
    if html.player_element(address):
        inline.children = [html_token(html.player_html(address))]
    if element:
        _become_figure(tokens, index, element)
    return bool(element)


def _picture_figure(tokens: list[Token], index: int, picture: Token, linked: bool) -> bool:
    player = html.player_element(str(picture.attrs.get("src", "")))
    if player and linked:
        return False
    _become_figure(tokens, index, f"{player} {picture.attrs.pop('class', '')}".strip())
    caption = str(picture.attrs.pop("title", "")) or (plain_text(picture.children or []) if player else "")
    if caption:
        figcaption = html_token(f"<figcaption>{_caption_parser().renderInline(caption)}</figcaption>")
        tokens[index].children = [*(tokens[index].children or []), figcaption]
    return True


def _become_figure(tokens: list[Token], index: int, classes: str) -> None:
    opening, closing = tokens[index - 1], tokens[index + 1]
    opening.tag = closing.tag = "figure"
    opening.hidden = closing.hidden = False
    if classes:
        opening.attrSet("class", classes)


def _only_address(inline: Token, children: Sequence[Token], linked: bool) -> str:
    """Return the paragraph's text if it is only a URL, or a path that begins with a slash or a dot; else empty."""
    if linked and children[0].markup in ("linkify", "autolink"):
        return str(children[0].attrs.get("href", ""))
    text = inline.content.strip() if all(child.type == "text" for child in children) else ""
    return text if MEDIA_PATH.fullmatch(text) else ""


def insert_players(children: Sequence[Token]) -> None:
    """Replace images whose source is a video or audio file by players; within a link, by their alt text."""
    open_links = 0
    for child in children:
        open_links += child.nesting if child.type in ("link_open", "link_close") else 0
        source = str(child.attrs.get("src", "")) if child.type == "image" else ""
        if html.player_element(source):
            alt = plain_text(child.children or [])
            child.type, child.content = ("text", alt) if open_links else ("html_inline", html.player_html(source, alt))


def plain_text(children: Sequence[Token]) -> str:
    """Return the text of inline tokens, without marks."""
    parts = []
    for child in children:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(plain_text(child.children or []))
    return "".join(parts)


def html_token(content: str) -> Token:
    """Return an inline token that is written to the page as it is."""
    token = Token("html_inline", "", 0)
    token.content = content
    return token


@cache
def _caption_parser() -> MarkdownIt:
    """Return a parser for captions: inline Markdown without footnotes, which belong to the text."""
    return MarkdownIt("commonmark", {"html": True}).enable("strikethrough")
