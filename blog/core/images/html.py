"""The markup of pictures: which of a stored picture's files a browser may choose from, and how wide they are shown.

And of films and recordings, which wait until they are asked for.

Pure. What stands here in words of CSS follows static/css/reader.css.
"""

from collections.abc import Mapping
from html import escape
from urllib.parse import unquote

from blog.core.images.variants import Plate
from blog.models.json_types import Picture

# How wide a picture is, by the class of its figure: the column of text ("") is 38rem, on narrow screens 90% of them.
COLUMN = "(min-width: 42.25rem) 38rem, 90vw"
SIZES = {
    "full": "100vw",
    # What is painted first: a little less than its width, so that a phone takes the smallest file that will do.
    "cover": "(min-width: 66.25rem) 60rem, 88vw",
    "lead": "(min-width: 80rem) 44rem, (min-width: 66rem) 58vw, 88vw",
    "wide": "(min-width: 53.5rem) 48rem, 90vw",
    "w-25": "14rem",
    "w-33": "14rem",
    "w-50": "(min-width: 42.25rem) 19rem, 60vw",
    "w-66": "(min-width: 42.25rem) 25.1rem, 62vw",
    "w-75": "(min-width: 42.25rem) 28.5rem, 68vw",
}
PLAYED = {"mp4": "video", "webm": "video", "mp3": "audio", "ogg": "audio", "m4a": "audio"}
KEPT = ("src", "alt", "title", "class", "lang", "dir")


def listed(source: str, alt: str, plate: Plate | None) -> Picture:
    """A picture of a text, as the list of its pictures has it."""
    if plate is None:
        return {"src": source, "alt": alt, "width": None, "height": None}
    found: Picture = {"src": plate.address, "alt": alt, "width": plate.width, "height": plate.height}
    return found | {"widths": list(plate.widths)} if plate.widths else found


def plate_of(listed: Picture) -> Plate | None:
    """The stored picture of such a list, if it has a size."""
    width, height = listed["width"], listed["height"]
    if not width or not height:
        return None
    return Plate(listed["src"].rpartition("/")[2], width, height, listed.get("widths", []))


def picture(given: Mapping[str, str], plate: Plate | None, *, around: str = "", first: bool = False) -> str:
    """A picture with these attributes. `around` is the class of its figure; the first one of a page is loaded first."""
    attributes = {"src": "", "alt": ""} | {name: given[name] for name in KEPT if name in given}
    sizes = _sizes(given, around)
    if plate:
        attributes |= {"src": plate.address} | _shown(given, plate) | _choice(plate, "", sizes)
    else:
        attributes |= {name: given[name] for name in ("width", "height") if given.get(name, "").isdecimal()}
    attributes["decoding"] = "async"
    attributes |= {"fetchpriority": "high"} if first else {"loading": "lazy"}
    image = _tag("img", attributes)
    if plate is None or not plate.widths:
        return image
    return f"<picture>{_tag('source', {'type': 'image/webp'} | _choice(plate, 'webp', sizes))}{image}</picture>"


def plays(address: str) -> str:
    """The element that plays the file at an address: video, audio, or none."""
    return PLAYED.get(_path(address).rpartition(".")[2].lower(), "")


def player(address: str, words: str = "") -> str:
    """A film or a recording, with a link for those who read it where it cannot play."""
    kind, source, name = plays(address), escape(address), escape(words or unquote(_path(address).rpartition("/")[2]))
    link = f'<a href="{source}">{name}</a>'
    return f'<{kind} controls="" preload="none" src="{source}" aria-label="{name}">{link}</{kind}>'


def _path(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]


def _shown(given: Mapping[str, str], plate: Plate) -> dict[str, str]:
    """Its size; narrower, if its author says so."""
    chosen = given.get("width", "")
    width = min(int(chosen), plate.width) if chosen.isdecimal() and int(chosen) else plate.width
    return {"width": str(width), "height": str(max(1, round(plate.height * width / plate.width)))}


def _choice(plate: Plate, ending: str, sizes: str) -> dict[str, str]:
    """The files that a browser chooses from; nothing, where there is no choice."""
    if len(plate.widths) > 1:
        return {"srcset": plate.srcset(ending), "sizes": sizes}
    return {"srcset": plate.srcset(ending)} if plate.widths and ending else {}


def _sizes(given: Mapping[str, str], around: str) -> str:
    chosen = given.get("width", "")
    if chosen.isdecimal() and 0 < int(chosen) < 608:
        return f"{int(chosen)}px"
    names = [*around.split(), *given.get("class", "").split()]
    return next((SIZES[name] for name in names if name in SIZES), COLUMN)


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name}" + "".join(f' {attribute}="{escape(value)}"' for attribute, value in attributes.items()) + ">"
