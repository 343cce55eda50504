"""Sanitize HTML with an allow-list (nh3), always as the last step. Pure: same input, same output."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import urljoin

import nh3

from blog.core.images.variants import FEED_WIDTH, IMAGE_NAME
from blog.core.markdown.code import PREFIX

# Placeholders in stored feed HTML for the URLs of the site and of the post's own page, filled in when a feed is built.
# Authors cannot write them: control characters are removed from all input.
SITE_MARK = "\x1fsite\x1f"
PAGE_MARK = "\x1fpage\x1f"

TAGS = set(
    "a abbr aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em"
    " figcaption figure h2 h3 h4 h5 h6 hr i img input ins kbd label li mark ol p pre q rp rt ruby s samp section small"
    " source span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr".split()
)
# The HTML of stored pictures needs more: authors cannot write it, only `render_pictures` may.
STORED_TAGS = TAGS | {"picture"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"aria-label", "href", "role"},
    "audio": {"aria-label", "controls", "preload", "src"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "div": {"aria-label", "role", "tabindex"},
    "input": {"checked", "type"},
    "img": {"alt", "decoding", "fetchpriority", "height", "loading", "src", "width"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "pre": {"aria-label", "role", "tabindex"},
    "section": {"aria-label", "role"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"aria-label", "controls", "height", "poster", "preload", "src", "width"},
}
STORED_ATTRIBUTES = ATTRIBUTES | {
    "img": ATTRIBUTES["img"] | {"sizes", "srcset"},
    "source": {"sizes", "src", "srcset", "type"},
}
NOT_IN_FEEDS = set("aria-label class decoding fetchpriority id loading open role span tabindex".split())
FEED_ATTRIBUTES = {tag: names - NOT_IN_FEEDS for tag, names in ATTRIBUTES.items()}
# Elements removed together with their content.
REMOVED_WITH_CONTENT = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "title"}
PASTED_TAGS = set("address article center dir fieldset font footer form h1 header main nav strike tt".split())
PASTED_ATTRIBUTES = {
    "*": {"class", "style"},
    "a": {"href"},
    "img": {"alt", "src", "width"},
    "input": {"checked", "type"},
    "ol": {"start", "type"},
    "td": {"colspan"},
    "th": {"colspan"},
}
PASTED_STYLES = set("font-style font-weight mso-list mso-outline-level text-decoration text-decoration-line".split())
ALLOWED_CLASSES = set(
    "anchor audio center code contains-task-list footnote-backref footnote-ref footnotes full left poem right table"
    " task-list-item video w-25 w-33 w-50 w-66 w-75 wide".split()
)
CLASS_PATTERN = re.compile(rf"{PREFIX}[a-z0-9]{{1,4}}|language-[A-Za-z0-9+#.-]{{1,30}}")
ALLOWED_ROLES = {"doc-backlink", "doc-endnotes", "doc-noteref", "region"}
PREFIXED_ID = re.compile(r"(?:s|fn|fnref)-[\w.:-]{1,120}")
SRCSET = re.compile(rf"/media/{IMAGE_NAME}(?: \d{{1,5}}w(?:, /media/{IMAGE_NAME} \d{{1,5}}w)*)?")
LENGTH = r"(?:[\d.]{1,6}(?:rem|vw|px)|calc\(100vw - [\d.]{1,6}rem\))"
SIZES = re.compile(rf"(?:\(min-width: [\d.]{{1,6}}rem\) {LENGTH}, )?{LENGTH}")
NUMERIC_ATTRIBUTES = {"colspan", "height", "rowspan", "span", "start", "value", "width"}
ALLOWED_SCHEMES = {"http", "https", "mailto", "tel"}
# These patterns parse the output of nh3 only, which writes attributes always in the same form.
ATTRIBUTE = re.compile(r'\s([a-z-]+)="([^"]*)"')
MEDIA = re.compile(
    r"""<(?P<link>/?a)(?:\s[a-z-]+="[^"]*")*>|<(?P<figure>/?figure)(?P<of>(?:\s[a-z-]+="[^"]*")*)>|<img(?P<img>(?:\s[a-z-]+="[^"]*")*)\s*/?>"""
    r"""|<(?P<film>video|audio)(?:\s[a-z-]+="[^"]*")*>.*?</(?P=film)>|(?P<stray><source[^>]*>)""",
    re.DOTALL,
)
INPUT = re.compile(r"<input[^>]*>")
ID_ATTRIBUTE = re.compile(r'(<[a-z][a-z0-9]*(?:\s[a-z-]+="[^"]*")*?)\sid="([^"]*)"')
EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
MAX_PASSES = 4
MAX_DEPTH = 200
ELEMENT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Elements without content, or closed by the next of their kind: they never nest, however many there are.
NOT_NESTING = set("area br col dd dt embed hr img input li link meta option p source td th tr track wbr".split())
EMPTY_ANCHOR = re.compile(r'<a class="anchor"[^>]*></a>')
PICTURE_ELEMENT = re.compile(r"<picture>(?:<source[^>]*>)*<img(?P<img>[^>]*)></picture>")
FEED_SOURCE = re.compile(rf"(/media/{IMAGE_NAME}) {FEED_WIDTH}w, ")


def clean(html: str, *, foreign_media: bool = False) -> str:
    """Remove everything that could run, load from other sites, or pretend to be part of the page.

    `foreign_media` allows pictures and videos from other https sites. Clean HTML is returned unchanged.
    """

    def may_load(source: str) -> bool:
        return _may_show(source, foreign_media=foreign_media)

    for _ in range(MAX_PASSES):  # broken HTML may need a second pass: repairing it can form new elements
        before, html = html, _unique_ids(_checkboxes(_sanitize(html, may_load, STORED_TAGS, STORED_ATTRIBUTES)))
        if html == before:
            break
    return html


def _sanitize(html: str, may_load: Callable[[str], bool], tags: set[str], attributes: dict[str, set[str]]) -> str:
    def attribute_filter(_tag: str, name: str, value: str) -> str | None:
        if name in ("src", "poster"):
            return value if may_load(value) else None
        if name in NUMERIC_ATTRIBUTES:
            return value if re.fullmatch(r"-?\d{1,5}", value, re.ASCII) else None
        return _FILTERS[name](value) if name in _FILTERS else value

    return nh3.clean(
        html,
        tags=tags,
        clean_content_tags=REMOVED_WITH_CONTENT,
        attributes=attributes,
        attribute_filter=attribute_filter,
        link_rel=None,
        url_schemes=ALLOWED_SCHEMES,
    )


def _checkboxes(html: str) -> str:
    """Allow inputs only as the disabled checkboxes of task lists, always written in the same form."""

    def checkbox(match: re.Match[str]) -> str:
        if ' type="checkbox"' not in match[0]:
            return ""
        checked = ' checked=""' if ' checked="' in match[0] else ""
        return f'<input type="checkbox"{checked} disabled="">'

    return INPUT.sub(checkbox, html)


def _unique_ids(html: str) -> str:
    """Remove ids that an earlier element already has."""
    ids: set[str] = set()

    def unless_repeated(match: re.Match[str]) -> str:
        if match[2] in ids:
            return match[1]
        ids.add(match[2])
        return match[0]

    return ID_ATTRIBUTE.sub(unless_repeated, html)


# Returns the HTML of a picture, from its attributes and the class of its figure.
PictureMarkup = Callable[[dict[str, str], str], str]


def external_url(address: str) -> str:
    """Return a URL to another site (or scheme) as a browser reads it; empty for a URL within this site."""
    url = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(33))))).replace("\\", "/")
    return url if EXTERNAL.match(url) else ""


def _may_show(source: str, *, foreign_media: bool) -> bool:
    """Return whether a picture or video may be shown in the page."""
    url = external_url(source)
    return not url or (foreign_media and url.lower().startswith("https://"))


def _class(value: str) -> str | None:
    names = [name for name in value.split() if name in ALLOWED_CLASSES or CLASS_PATTERN.fullmatch(name)]
    return " ".join(dict.fromkeys(names)) or None


def _href(value: str) -> str:
    return "#" + prefixed_id(value[1:]) if len(value) > 1 and value[0] == "#" else value


def prefixed_id(value: str) -> str:
    """Return the id for an element of a text: with a prefix, since the page around it has ids, too."""
    return value if PREFIXED_ID.fullmatch(value) else "s-" + re.sub(r"[^\w.:-]+", "-", value)[:100]


_FILTERS: Mapping[str, Callable[[str], str | None]] = {
    "class": _class,
    "id": lambda value: prefixed_id(value) if value.strip() else None,
    "type": lambda value: value if value == "checkbox" or "/" in value else None,
    "href": _href,
    "role": lambda value: value if value in ALLOWED_ROLES else None,
    "tabindex": lambda value: "0" if value == "0" else None,
    "dir": lambda value: value if value in ("ltr", "rtl", "auto") else None,
    "loading": lambda value: value if value in ("lazy", "eager") else None,
    "fetchpriority": lambda value: value if value in ("high", "low") else None,
    "srcset": lambda value: value if SRCSET.fullmatch(value) else None,
    "sizes": lambda value: value if SIZES.fullmatch(value) else None,
    "preload": lambda value: value if value in ("none", "metadata") else None,
    "decoding": lambda value: value if value == "async" else None,
}


def too_deep(html: str) -> bool:
    """Return whether elements nest so deeply that parsing them would take minutes."""
    open_elements: Counter[str] = Counter()
    depth = 0
    for closing, written in ELEMENT.findall(html):
        name = written.lower()
        if name in NOT_NESTING:
            continue
        if not closing:
            open_elements[name] += 1
            depth += 1
        elif open_elements[name]:
            open_elements[name] -= 1
            depth -= 1
        if depth > MAX_DEPTH:
            return True
    return False


def render_pictures(html: str, markup: PictureMarkup, *, foreign_media: bool, on_foreign: Callable[[str], None]) -> str:
    """Return clean HTML in which `markup` has written each picture, from its attributes and its figure's class.

    Pictures and videos on other sites become links, unless `foreign_media` is set and they use https; within a link, a
    picture becomes its alt text. `on_foreign` is called with the full URL of each such picture.
    """
    html = _sanitize(html, lambda _source: True, TAGS, ATTRIBUTES)
    linked, figure_class = False, ""

    def replace(match: re.Match[str]) -> str:
        nonlocal linked, figure_class
        if match["figure"]:
            figure_class = dict(ATTRIBUTE.findall(match["of"])).get("class", "")
            return match[0]
        if match["link"]:
            linked = match["link"] == "a"
            return match[0]
        if match["film"] or match["stray"]:
            return _film(match[0], linked, foreign_media) if match["film"] else ""
        attributes = {name: unescape(value) for name, value in ATTRIBUTE.findall(match["img"])}
        source, alt = attributes.get("src", "").strip(), attributes.get("alt", "")
        if not source:
            return escape(alt)
        if not _may_show(source, foreign_media=foreign_media):
            on_foreign(_full_url(source))
            return _link(source, alt, linked)
        return markup(attributes | {"src": source}, figure_class)

    return clean(MEDIA.sub(replace, html), foreign_media=foreign_media)


def _film(html: str, linked: bool, foreign_media: bool) -> str:
    sources = [unescape(source) for source in re.findall(r'\ssrc="([^"]*)"', html)]
    foreign = [source for source in sources if not _may_show(source, foreign_media=foreign_media)]
    label = re.search(r'\saria-label="([^"]*)"', html)
    return _link(foreign[0], unescape(label[1]) if label else "", linked) if foreign else html


def _link(source: str, label: str, linked: bool) -> str:
    url = _full_url(source)
    text = escape(label or url)
    return text if linked else f'<a href="{escape(url)}">{text}</a>'


def _full_url(source: str) -> str:
    url = external_url(source)
    return "https:" + url if url.startswith("//") else url


def feed_html(html: str, base: str) -> str:
    """Return clean HTML for feeds: with full URLs (by SITE_MARK and PAGE_MARK), without anchors and classes.

    `base` is an address like the page's own: relative URLs are resolved from there.
    """

    def full_url(address: str) -> str | None:
        if address.startswith("//"):
            return "https:" + address
        try:
            joined = urljoin(base, address)
        except ValueError:
            return None
        return PAGE_MARK + joined.removeprefix(base) if joined.startswith(base) else SITE_MARK + joined

    html = nh3.clean(
        PICTURE_ELEMENT.sub(_feed_img, EMPTY_ANCHOR.sub("", html)),
        tags=TAGS - {"span"},
        attributes=FEED_ATTRIBUTES,
        link_rel=None,
        url_schemes=ALLOWED_SCHEMES,
        url_relative=full_url,
    )
    return _checkboxes(html)


def clean_pasted(html: str) -> str:
    """Clean pasted HTML: keep its text, structure, and the few styles that word processors use for these.

    Relative URLs are removed: they would point to this site. The result becomes Markdown and is never shown.
    """
    return nh3.clean(
        html,
        tags=TAGS | PASTED_TAGS,
        clean_content_tags=REMOVED_WITH_CONTENT | {"head", "select", "textarea", "button"},
        attributes=PASTED_ATTRIBUTES,
        filter_style_properties=PASTED_STYLES,
        link_rel=None,
        url_schemes=ALLOWED_SCHEMES - {"tel"},
        url_relative="deny",
    )


def _feed_img(match: re.Match[str]) -> str:
    """Return an img with one file: feed readers do not choose from a srcset, and the largest file is heavy."""
    attributes = dict(ATTRIBUTE.findall(match["img"]))
    source, width = FEED_SOURCE.search(attributes.get("srcset", "")), int(attributes.get("width", 0))
    if source:
        attributes["src"] = source[1]
    if source and width > FEED_WIDTH:
        attributes["height"] = str(max(1, round(int(attributes["height"]) * FEED_WIDTH / width)))
        attributes["width"] = str(FEED_WIDTH)
    return "<img" + "".join(f' {name}="{value}"' for name, value in attributes.items()) + ">"
