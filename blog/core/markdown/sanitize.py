"""What may stand in a page: an allow-list (nh3), always the last step. Pure: same input, same output."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import urljoin

import nh3

from blog.core.images.variants import FEED_WIDTH, IMAGE_NAME
from blog.core.markdown.code import PREFIX

# Stand in stored feed HTML for the addresses of the site and of the post's own page, which are filled in when a
# feed is built. Authors cannot write them: control characters are stripped from all they send.
SITE = "\x1fsite\x1f"
PAGE = "\x1fpage\x1f"

TAGS = set(
    "a abbr aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em"
    " figcaption figure h2 h3 h4 h5 h6 hr i img input ins kbd label li mark ol p pre q rp rt ruby s samp section small"
    " source span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr".split()
)
# What the markup of stored pictures needs besides: no author can write it, but `with_pictures` may.
OWN_TAGS = TAGS | {"picture"}
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
OWN_ATTRIBUTES = ATTRIBUTES | {
    "img": ATTRIBUTES["img"] | {"sizes", "srcset"},
    "source": {"sizes", "src", "srcset", "type"},
}
FEED_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "audio": {"controls", "preload", "src"},
    "input": {"checked", "type"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "preload", "src", "width"},
}
# What goes with all that it holds.
SILENT = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "title"}
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
PASTED_STYLES = {
    "font-style",
    "font-weight",
    "mso-list",
    "mso-outline-level",
    "text-decoration",
    "text-decoration-line",
}
CLASSES = set(
    "anchor audio center code contains-task-list footnote-backref footnote-ref footnotes full left poem right table"
    " task-list-item video w-25 w-33 w-50 w-66 w-75 wide".split()
)
CLASS_PATTERN = re.compile(rf"{PREFIX}[a-z0-9]{{1,4}}|language-[A-Za-z0-9+#.-]{{1,30}}")
ROLES = {"doc-backlink", "doc-endnotes", "doc-noteref", "region"}
OWN_ID = re.compile(r"(?:s|fn|fnref)-[\w.:-]{1,120}")
SRCSET = re.compile(rf"/media/{IMAGE_NAME}(?: \d{{1,5}}w(?:, /media/{IMAGE_NAME} \d{{1,5}}w)*)?")
LENGTH = r"(?:[\d.]{1,6}(?:rem|vw|px)|calc\(100vw - [\d.]{1,6}rem\))"
SIZES = re.compile(rf"(?:\(min-width: [\d.]{{1,6}}rem\) {LENGTH}, )?{LENGTH}")
NUMBERS = {"colspan", "height", "rowspan", "span", "start", "value", "width"}
SCHEMES = {"http", "https", "mailto", "tel"}
# nh3 writes attributes in one way only, so its own output can be read with these.
ATTRIBUTE = re.compile(r'\s([a-z-]+)="([^"]*)"')
MEDIA = re.compile(
    r"""<(?P<link>/?a)(?:\s[a-z-]+="[^"]*")*>|<(?P<figure>/?figure)(?P<of>(?:\s[a-z-]+="[^"]*")*)>|<img(?P<img>(?:\s[a-z-]+="[^"]*")*)\s*/?>"""
    r"""|<(?P<film>video|audio)(?:\s[a-z-]+="[^"]*")*>.*?</(?P=film)>|(?P<stray><source[^>]*>)""",
    re.DOTALL,
)
INPUT = re.compile(r"<input[^>]*>")
IDENT = re.compile(r'(<[a-z][a-z0-9]*(?:\s[a-z-]+="[^"]*")*?)\sid="([^"]*)"')
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
PASSES = 4
DEPTH = 200
ELEMENT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Elements that hold nothing, or that the next of their kind closes: however many, they do not nest.
FLAT = set("area br col dd dt embed hr img input li link meta option p source td th tr track wbr".split())
EMPTY_ANCHOR = re.compile(r'<a class="anchor"[^>]*></a>')
CHOICE = re.compile(r"<picture>(?:<source[^>]*>)*<img(?P<img>[^>]*)></picture>")
FOR_FEEDS = re.compile(rf"(/media/{IMAGE_NAME}) {FEED_WIDTH}w, ")


def clean(html: str, *, foreign_media: bool = False) -> str:
    """The HTML without anything that could run, load from elsewhere, or pretend to be part of the page.

    `foreign_media` lets pictures and films on other https sites stand. What is clean comes back as it is.
    """
    judge = _judge_https if foreign_media else _judge_own
    for _ in range(PASSES):  # broken HTML may need a second look: mending it can bring elements together anew
        before, html = html, _unique_ids(_checkboxes(_allowed(html, judge, OWN_TAGS, OWN_ATTRIBUTES)))
        if html == before:
            break
    return html


def _allowed(html: str, judge: "Judge", tags: set[str], attributes: dict[str, set[str]]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        clean_content_tags=SILENT,
        attributes=attributes,
        attribute_filter=judge,
        link_rel=None,
        url_schemes=SCHEMES,
    )


def _checkboxes(html: str) -> str:
    """Inputs can be nothing but the fixed boxes of task lists; always written in one way."""

    def fixed(match: re.Match[str]) -> str:
        if ' type="checkbox"' not in match[0]:
            return ""
        checked = ' checked=""' if ' checked="' in match[0] else ""
        return f'<input type="checkbox"{checked} disabled="">'

    return INPUT.sub(fixed, html)


def _unique_ids(html: str) -> str:
    """Only the first element keeps an id that several claim."""
    seen: set[str] = set()

    def first(match: re.Match[str]) -> str:
        if match[2] in seen:
            return match[1]
        seen.add(match[2])
        return match[0]

    return IDENT.sub(first, html)


Judge = Callable[[str, str, str], str | None]
# Makes markup of a picture's attributes and of the class of its figure.
Show = Callable[[dict[str, str], str], str]


def elsewhere(address: str) -> str:
    """The address as a browser reads it when it leads to another site (or scheme); empty when it stays here."""
    read = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(33))))).replace("\\", "/")
    return read if ELSEWHERE.match(read) else ""


def _judge_any(_tag: str, name: str, value: str) -> str | None:
    return value if name in ("src", "poster") else _judge(name, value)


def _judge_own(_tag: str, name: str, value: str) -> str | None:
    if name in ("src", "poster"):
        return None if elsewhere(value) else value
    return _judge(name, value)


def _judge_https(_tag: str, name: str, value: str) -> str | None:
    if name in ("src", "poster"):
        return value if _stays(value, foreign_media=True) else None
    return _judge(name, value)


def _stays(source: str, *, foreign_media: bool) -> bool:
    """Whether a picture or film may be shown where it stands."""
    outside = elsewhere(source)
    return not outside or (foreign_media and outside.lower().startswith("https://"))


def _judge(name: str, value: str) -> str | None:
    if name in NUMBERS:
        return value if re.fullmatch(r"-?\d{1,5}", value, re.ASCII) else None
    judge = _JUDGES.get(name)
    return judge(value) if judge else value


def _class(value: str) -> str | None:
    kept = [name for name in value.split() if name in CLASSES or CLASS_PATTERN.fullmatch(name)]
    return " ".join(dict.fromkeys(kept)) or None


def _href(value: str) -> str:
    return "#" + own_id(value[1:]) if len(value) > 1 and value[0] == "#" else value


def own_id(value: str) -> str:
    """The id that an element of a text gets: the page has ids of its own, so those of texts carry a prefix."""
    return value if OWN_ID.fullmatch(value) else "s-" + re.sub(r"[^\w.:-]+", "-", value)[:100]


_JUDGES: Mapping[str, Callable[[str], str | None]] = {
    "class": _class,
    "id": lambda value: own_id(value) if value.strip() else None,
    "type": lambda value: value if value == "checkbox" or "/" in value else None,
    "href": _href,
    "role": lambda value: value if value in ROLES else None,
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
    """Whether elements nest so deeply that parsing them would take minutes."""
    open_elements: Counter[str] = Counter()
    depth = 0
    for closing, written in ELEMENT.findall(html):
        name = written.lower()
        if name in FLAT:
            continue
        if not closing:
            open_elements[name] += 1
            depth += 1
        elif open_elements[name]:
            open_elements[name] -= 1
            depth -= 1
        if depth > DEPTH:
            return True
    return False


def with_pictures(html: str, picture: Show, *, foreign_media: bool, outside: Callable[[str], None]) -> str:
    """Cleaned HTML in which each picture is what `picture` makes of its attributes (and of its figure's class).

    Pictures and films on other sites become links to them, unless `foreign_media` and they come by https; within
    a link, a picture becomes its words. `outside` is told the whole address of each such picture.
    """
    html = _allowed(html, _judge_any, TAGS, ATTRIBUTES)
    linked, figure = False, ""

    def replaced(match: re.Match[str]) -> str:
        nonlocal linked, figure
        if match["figure"]:
            figure = dict(ATTRIBUTE.findall(match["of"])).get("class", "")
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
        if not _stays(source, foreign_media=foreign_media):
            outside(_whole(source))
            return _link(source, alt, linked)
        return picture(attributes | {"src": source}, figure)

    return clean(MEDIA.sub(replaced, html), foreign_media=foreign_media)


def _film(html: str, linked: bool, foreign_media: bool) -> str:
    sources = [unescape(source) for source in re.findall(r'\ssrc="([^"]*)"', html)]
    outside = [source for source in sources if not _stays(source, foreign_media=foreign_media)]
    words = re.search(r'\saria-label="([^"]*)"', html)
    return _link(outside[0], unescape(words[1]) if words else "", linked) if outside else html


def _link(source: str, label: str, linked: bool) -> str:
    address = _whole(source)
    words = escape(label or address)
    return words if linked else f'<a href="{escape(address)}">{words}</a>'


def _whole(source: str) -> str:
    read = elsewhere(source)
    return "https:" + read if read.startswith("//") else read


def for_feed(html: str, base: str) -> str:
    """Cleaned HTML as a feed carries it: every address whole (by SITE and PAGE), no page furniture.

    `base` is any address of the kind the page has: relative addresses are read from there.
    """

    def whole(address: str) -> str | None:
        if address.startswith("//"):
            return "https:" + address
        try:
            joined = urljoin(base, address)
        except ValueError:
            return None
        return PAGE + joined.removeprefix(base) if joined.startswith(base) else SITE + joined

    fed = nh3.clean(
        CHOICE.sub(_one_of, EMPTY_ANCHOR.sub("", html)),
        tags=TAGS - {"span"},
        attributes=FEED_ATTRIBUTES,
        link_rel=None,
        url_schemes=SCHEMES,
        url_relative=whole,
    )
    return _checkboxes(fed)


def for_pasting(html: str) -> str:
    """HTML that was pasted, from wherever: what it says, and the few styles by which word processors say it.

    Addresses are whole: relative ones would lead elsewhere from here. It is made into Markdown, never shown.
    """
    return nh3.clean(
        html,
        tags=TAGS | PASTED_TAGS,
        clean_content_tags=SILENT | {"head", "select", "textarea", "button"},
        attributes=PASTED_ATTRIBUTES,
        filter_style_properties=PASTED_STYLES,
        link_rel=None,
        url_schemes=SCHEMES - {"tel"},
        url_relative="deny",
    )


def _one_of(match: re.Match[str]) -> str:
    """Of a picture's files the one that suits feeds: their readers choose by nothing, and the largest is heavy."""
    attributes = dict(ATTRIBUTE.findall(match["img"]))
    fit, width = FOR_FEEDS.search(attributes.get("srcset", "")), int(attributes.get("width", 0))
    if fit:
        attributes["src"] = fit[1]
    if fit and width > FEED_WIDTH:
        attributes["height"] = str(max(1, round(int(attributes["height"]) * FEED_WIDTH / width)))
        attributes["width"] = str(FEED_WIDTH)
    return "<img" + "".join(f' {name}="{value}"' for name, value in attributes.items()) + ">"
