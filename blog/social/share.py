"""Build links that share a post, in each network's own encoding and within its limits. Pure.

Every link decodes to exactly the canonical address and the title. Only where a network's limit forces it, the title
is cut with an ellipsis, and never within a character as people count them (a grapheme).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import regex

from blog.core.text.words import graphemes
from blog.hostnames import ascii_name

MAX_EMAIL_BYTES = 2000
LINK_LENGTH = 23  # X and Mastodon count each address as this many characters
# X counts these code points as one, all others (and every emoji) as two.
SINGLE_WEIGHT = regex.compile(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
DNS_LABEL = regex.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Top-level domains that no public server has.
PRIVATE_DOMAINS = {"alt", "arpa", "corp", "example", "home", "internal", "invalid", "lan", "local", "localhost",
                   "onion", "test"}  # fmt: skip
SCRIPTS = (r"\p{Latin}", r"\p{Cyrillic}", r"\p{Greek}", r"\p{Han}\p{Hiragana}\p{Katakana}", r"\p{Hangul}",
           r"\p{Arabic}", r"\p{Hebrew}", r"\p{Devanagari}")  # fmt: skip


class ShareLink(NamedTuple):
    """A share link: the network's key and name, and the address to open."""

    network: str
    name: str
    address: str


class Network(NamedTuple):
    """A network: its share link, with places for the title, the address and, where it takes one, the picture.

    `shorten` cuts a title that is too long, depending on the address.
    """

    name: str
    link: str
    shorten: Callable[[str, str], str] = lambda title, _url: title

    def share_url(self, title: str, url: str, picture: str = "") -> str:
        media = f"&media={encode(picture)}" if picture else ""
        return self.link.format(title=encode(self.shorten(title, url)), url=encode(url), media=media)


@lru_cache(maxsize=64)
def encode(text: str) -> str:
    """Percent-encode a text, with %20 for a space, so that nothing can end a parameter."""
    return quote(text, safe="")


def truncate(title: str, limit: int, measure: Callable[[str], int] = len) -> str:
    """Return the title, or as much of it as measures at most `limit` with an ellipsis."""
    if measure(title) <= limit:
        return title
    start = ""
    for grapheme in graphemes(title):
        if measure(f"{start}{grapheme}…") > limit:
            break
        start += grapheme
    return f"{start.rstrip()}…"


def x_length(text: str) -> int:
    """Return the length of a text as X counts it."""
    if SINGLE_WEIGHT.fullmatch(text):
        return len(text)
    return sum(map(_grapheme_length, graphemes(text)))


def _grapheme_length(grapheme: str) -> int:
    # X counts an emoji of several code points as one emoji, and letters with marks one by one.
    emoji = regex.search(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3", grapheme)
    if emoji and not SINGLE_WEIGHT.fullmatch(grapheme):
        return 2
    return sum(1 if SINGLE_WEIGHT.fullmatch(char) else 2 for char in grapheme)


def character_count(text: str) -> int:
    """Return the number of characters as people count them."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return len(graphemes(text))


EMAIL = "mailto:?subject={title}&body={title}%0D%0A%0D%0A{url}"


def _email_title(title: str, url: str) -> str:
    def length(subject: str) -> int:
        return len(EMAIL.format(title=encode(subject), url=encode(url)))

    return truncate(title, MAX_EMAIL_BYTES - 1, length)


def _limit(limit: int) -> Callable[[str, str], str]:
    return lambda title, _url: truncate(title, limit)


NETWORKS: Mapping[str, Network] = {
    "x": Network(
        "X",
        "https://x.com/intent/post?text={title}&url={url}",
        lambda title, _url: truncate(title, 280 - LINK_LENGTH - 1, x_length),
    ),
    "facebook": Network("Facebook", "https://www.facebook.com/sharer/sharer.php?u={url}"),
    "linkedin": Network("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?url={url}"),
    "bluesky": Network(
        "Bluesky",
        "https://bsky.app/intent/compose?text={title}%0A{url}",
        lambda title, url: truncate(title, max(1, 300 - character_count(url) - 1), character_count),
    ),
    "mastodon": Network(
        "Mastodon", "https://share.joinmastodon.org/#text={title}%0A{url}", _limit(500 - LINK_LENGTH - 1)
    ),
    "threads": Network(
        "Threads",
        "https://www.threads.com/intent/post?text={title}&url={url}",
        lambda title, url: truncate(title, max(1, 500 - len(url) - 1)),
    ),
    "reddit": Network("Reddit", "https://www.reddit.com/submit?url={url}&title={title}&type=LINK", _limit(300)),
    "hackernews": Network("Hacker News", "https://news.ycombinator.com/submitlink?u={url}&t={title}", _limit(80)),
    "whatsapp": Network("WhatsApp", "https://api.whatsapp.com/send?text={title}%20{url}"),
    "telegram": Network("Telegram", "https://t.me/share/url?url={url}&text={title}"),
    "email": Network("e-mail", EMAIL, _email_title),
    "pinterest": Network(
        "Pinterest", "https://www.pinterest.com/pin/create/button/?url={url}{media}&description={title}"
    ),
    "tumblr": Network("Tumblr", "https://www.tumblr.com/widgets/share/tool?canonicalUrl={url}&title={title}"),
    "line": Network("LINE", "https://social-plugins.line.me/lineit/share?url={url}"),
    "vk": Network("VK", "https://vk.com/share.php?url={url}&title={title}"),
    "weibo": Network("Weibo", "https://service.weibo.com/share/share.php?url={url}&title={title}"),
    "instapaper": Network("Instapaper", "https://www.instapaper.com/hello2?url={url}&title={title}"),
    "sms": Network("SMS", "sms:?&body={title}%20{url}"),
}


def share_links(title: str, url: str, networks: Iterable[str], picture: str = "") -> list[ShareLink]:
    """Return a link for each network, in this order; unknown keys are skipped. `picture` is an absolute address."""
    title = " ".join(title.split())
    known = [(key, NETWORKS[key]) for key in networks if key in NETWORKS]
    return [ShareLink(key, network.name, network.share_url(title, url, picture)) for key, network in known]


def mastodon_url(title: str, url: str, host: str) -> str:
    """Return the address of a Mastodon server's share page."""
    network = NETWORKS["mastodon"]._replace(link=f"https://{host}/share?text={{title}}%0A{{url}}")
    return network.share_url(" ".join(title.split()), url)


def parse_server_name(typed: str) -> str | None:
    """Return the public DNS name that a reader typed, in lower-case ASCII; None if it is not one.

    Ports, paths, users, IP addresses and private names are refused: nothing is guessed.
    """
    name = typed.strip().lower().rstrip(".")
    if not name or len(name) > 253 or not name.isprintable() or "xn--" in name:
        return None
    if not name.isascii() and not _one_script(name):
        return None
    try:
        name = ascii_name(name)
    except ValueError:
        return None
    labels = name.split(".")
    public = len(labels) > 1 and labels[-1] not in PRIVATE_DOMAINS and not labels[-1][0:1].isdigit()
    return name if public and all(map(DNS_LABEL.fullmatch, labels)) else None


def _one_script(name: str) -> bool:
    """Return whether each label of a name has one script only: letters that look alike must not be mixed."""
    plain = r"[0-9\-"
    return all(any(regex.fullmatch(f"{plain}{script}]+", label) for script in SCRIPTS) for label in name.split("."))
