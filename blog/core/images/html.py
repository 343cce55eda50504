"""HTML of pictures: which of a stored picture's files a browser may choose, and how wide they are shown.

Also players for video and audio files, which load nothing until the reader starts them.

Pure. The CSS lengths in this module follow static/css/reader.css.
"""

from collections.abc import Mapping
from html import escape
from urllib.parse import unquote

from blog.core.images.variants import ImageFile
from blog.models.json_types import Picture

# The width of a picture by the class of its figure. Without a class: the text column, 38rem, or 90% of narrow screens.
COLUMN_SIZES = "(min-width: 42.25rem) 38rem, 90vw"
SIZES = {
    "full": "100vw",
    # The first picture painted: a little less than its real width, so that a phone loads the smallest sufficient file.
    "cover": "(min-width: 66.25rem) 60rem, 88vw",
    "lead": "(min-width: 80rem) 44rem, (min-width: 66rem) 58vw, 88vw",
    "wide": "(min-width: 53.5rem) 48rem, 90vw",
    "w-25": "14rem",
    "w-33": "14rem",
    "w-50": "(min-width: 42.25rem) 19rem, 60vw",
    "w-66": "(min-width: 42.25rem) 25.1rem, 62vw",
    "w-75": "(min-width: 42.25rem) 28.5rem, 68vw",
}
PLAYER_ELEMENTS = {"mp4": "video", "webm": "video", "mp3": "audio", "ogg": "audio", "m4a": "audio"}
COPIED_ATTRIBUTES = ("src", "alt", "title", "class", "lang", "dir")


def picture_entry(source: str, alt: str, image: ImageFile | None) -> Picture:
    """Return a picture's row in a post's list of pictures. `image` is the stored file, None for other pictures."""
    if image is None:
        return {"src": source, "alt": alt, "width": None, "height": None}
    entry: Picture = {"src": image.address, "alt": alt, "width": image.width, "height": image.height}
    return entry | {"widths": list(image.widths)} if image.widths else entry


def image_file_of(entry: Picture) -> ImageFile | None:
    """Return the stored picture of such a row, None if the row has no size."""
    width, height = entry["width"], entry["height"]
    if not width or not height:
        return None
    return ImageFile(entry["src"].rpartition("/")[2], width, height, entry.get("widths", []))


def picture_html(attrs: Mapping[str, str], image: ImageFile | None, *, around: str = "", first: bool = False) -> str:
    """Return a picture's HTML. `attrs` are the author's, `around` is the class of the figure around it.

    The `first` picture of a page loads at once, others when they come into view.
    """
    result = {"src": "", "alt": ""} | {name: attrs[name] for name in COPIED_ATTRIBUTES if name in attrs}
    sizes = _sizes(attrs, around)
    if image:
        result |= {"src": image.address} | _display_size(attrs, image) | _sources(image, "", sizes)
    else:
        result |= {name: attrs[name] for name in ("width", "height") if attrs.get(name, "").isdecimal()}
    result["decoding"] = "async"
    result |= {"fetchpriority": "high"} if first else {"loading": "lazy"}
    img = _tag("img", result)
    if image is None or not image.widths:
        return img
    return f"<picture>{_tag('source', {'type': 'image/webp'} | _sources(image, 'webp', sizes))}{img}</picture>"


def player_element(address: str) -> str:
    """Return the element that plays the file at a URL: video, audio, or an empty text."""
    return PLAYER_ELEMENTS.get(_path(address).rpartition(".")[2].lower(), "")


def player_html(address: str, label: str = "") -> str:
    """Return a video or audio player, with a link inside for programs that cannot play it."""
    element, source = player_element(address), escape(address)
    name = escape(label or unquote(_path(address).rpartition("/")[2]))
    link = f'<a href="{source}">{name}</a>'
    return f'<{element} controls="" preload="none" src="{source}" aria-label="{name}">{link}</{element}>'


def _path(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]


def _display_size(attributes: Mapping[str, str], image: ImageFile) -> dict[str, str]:
    """Return the picture's size, narrower if the author set a smaller width."""
    author_width = attributes.get("width", "")
    narrower = author_width.isdecimal() and int(author_width)
    width, height = image.size(min(int(author_width), image.width) if narrower else image.width)
    return {"width": str(width), "height": str(height)}


def _sources(image: ImageFile, extension: str, sizes: str) -> dict[str, str]:
    """Return `srcset` and `sizes`; nothing if there is only one file of the base format."""
    if len(image.widths) > 1:
        return {"srcset": image.srcset(extension), "sizes": sizes}
    return {"srcset": image.srcset(extension)} if image.widths and extension else {}


def _sizes(attributes: Mapping[str, str], around: str) -> str:
    author_width = attributes.get("width", "")
    if author_width.isdecimal() and 0 < int(author_width) < 608:
        return f"{int(author_width)}px"
    classes = [*around.split(), *attributes.get("class", "").split()]
    return next((SIZES[name] for name in classes if name in SIZES), COLUMN_SIZES)


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name}" + "".join(f' {attribute}="{escape(value)}"' for attribute, value in attributes.items()) + ">"
