"""The stylesheet of all readers' pages: ours, then the site's colours and typeface, then the owner's custom.css.

Its URL names all that it depends on: accent, typeface, and a hash of the content. So browsers may cache it for ever,
and a page loads one file.
"""

import hashlib
import re
from functools import lru_cache

from blog import paths
from blog.core.site.settings import TYPEFACES
from blog.models.site import DEFAULTS
from blog.web.theme import colours
from blog.web.theme.owner_files import Theme

FILES = tuple(f"css/{name}.css" for name in ("reader", "article", "parts", "print"))
NAME = re.compile(
    rf"css/reader(?:-(?P<accent>[0-9a-f]{{6}})-(?P<typeface>{'|'.join(TYPEFACES)}))?\.(?P<hash>[0-9a-f]{{10}})\.css"
)
LOOK_CSS = """
@layer tokens {{
  :root {{ --accent: {accent}; --link: {links.link}; --visited: {links.visited}; --text: var(--face-{typeface}); }}
  @media (prefers-color-scheme: dark) {{ :root {{ --link: {links.dark_link}; --visited: {links.dark_visited}; }} }}
}}
"""
DEFAULT_LOOK = DEFAULTS["accent"], DEFAULTS["typeface"]


def url(accent: str, typeface: str, theme: Theme | None) -> str:
    """Return the URL of the stylesheet. `theme` is None for admin pages: they do not use custom.css."""
    default = (accent, typeface) == DEFAULT_LOOK
    digest = _digest(b"" if default else _look(accent, typeface), theme.digest if theme else "")
    return f"/static/css/reader{'' if default else f'-{accent[1:]}-{typeface}'}.{digest}.css"


def build(name: str, base: bytes, theme: Theme) -> tuple[bytes, bool] | None:
    """Return the CSS of a stylesheet, which begins with `base`, and whether it is immutable; None for other names."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    look = _look(f"#{match['accent']}", match["typeface"]) if match["accent"] else b""
    if match["hash"] == _digest(look, ""):
        return base + look, True
    custom = b"\n" + theme.css if theme.css else b""
    return base + look + custom, match["hash"] == _digest(look, theme.digest)


def _digest(look: bytes, theme_digest: str) -> str:
    return hashlib.sha256(_base_digest() + look + theme_digest.encode()).hexdigest()[:10]


@lru_cache(maxsize=1)
def _base_digest() -> bytes:
    return hashlib.sha256(b"".join((paths.static() / name).read_bytes() for name in FILES)).digest()


@lru_cache(maxsize=64)
def _look(accent: str, typeface: str) -> bytes:
    return LOOK_CSS.format(accent=accent, typeface=typeface, links=colours.link_colours(accent)).encode()
