"""The one stylesheet of all readers' pages: the house's, in the site's colours and typeface, and the owner's after it.

Its address says all that it depends on: which look, and a hash of the files. So it can be kept for ever, and a page
asks for one file.
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
  :root {{ --accent: {accent}; --link: {of.link}; --visited: {of.visited}; --text: var(--face-{typeface}); }}
  @media (prefers-color-scheme: dark) {{ :root {{ --link: {of.dark_link}; --visited: {of.dark_visited}; }} }}
}}
"""
DEFAULT_LOOK = DEFAULTS["accent"], DEFAULTS["typeface"]


def url(accent: str, typeface: str, own: Theme | None) -> str:
    """Where the stylesheet of a look is; `own` are the owner's files, of which authors' pages take nothing."""
    usual = (accent, typeface) == DEFAULT_LOOK
    digest = _digest(b"" if usual else _look(accent, typeface), own.digest if own else "")
    return f"/static/css/reader{'' if usual else f'-{accent[1:]}-{typeface}'}.{digest}.css"


def build(name: str, house: bytes, theme: Theme) -> tuple[bytes, bool] | None:
    """The stylesheet of this name, made of the house's, and whether it may be kept for ever; None if it is none."""
    named = NAME.fullmatch(name)
    if named is None:
        return None
    look = _look(f"#{named['accent']}", named["typeface"]) if named["accent"] else b""
    if named["hash"] == _digest(look, ""):
        return house + look, True
    own = b"\n" + theme.css if theme.css else b""
    return house + look + own, named["hash"] == _digest(look, theme.digest)


def _digest(look: bytes, own: str) -> str:
    return hashlib.sha256(_of_house() + look + own.encode()).hexdigest()[:10]


@lru_cache(maxsize=1)
def _of_house() -> bytes:
    return hashlib.sha256(b"".join((paths.static() / name).read_bytes() for name in FILES)).digest()


@lru_cache(maxsize=64)
def _look(accent: str, typeface: str) -> bytes:
    return LOOK_CSS.format(accent=accent, typeface=typeface, of=colours.link_colours(accent)).encode()
