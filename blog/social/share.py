"""Build links that share a post, in each network's own encoding and within its limits. Pure.

Every link decodes to exactly the canonical address and the title. Only where a network's limit forces it, the title
is cut with an ellipsis, and never within a character as people count them (a grapheme).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
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


@dataclass(frozen=True)
class ShareLink:
    """A share link: the network's key and name, and the address to open."""

    network: str
    name: str
    address: str


@dataclass(frozen=True)
class Network:
    """A network: `share_url` builds a link from title and address; `picture_url`, if set, from a picture as well."""

    name: str
    share_url: Callable[[str, str], str]
    picture_url: Callable[[str, str, str], str] | None = None


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
    total = 0
    for grapheme in graphemes(text):
        total += (
            len(grapheme)
            if SINGLE_WEIGHT.fullmatch(grapheme)
            else 2
            if len(grapheme) == 1
            else _cluster_length(grapheme)
        )
    return total


def _cluster_length(grapheme: str) -> int:
    # X counts an emoji of several code points as one emoji, and letters with marks one by one.
    if regex.search(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3", grapheme):
        return 2
    return sum(1 if SINGLE_WEIGHT.fullmatch(char) else 2 for char in grapheme)


def character_count(text: str) -> int:
    """Return the number of characters as people count them."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return len(graphemes(text))


def _x(title: str, url: str) -> str:
    short = truncate(title, 280 - LINK_LENGTH - 1, x_length)
    return f"https://x.com/intent/post?text={encode(short)}&url={encode(url)}"


def _bluesky(title: str, url: str) -> str:
    short = truncate(title, max(1, 300 - character_count(url) - 1), character_count)
    return f"https://bsky.app/intent/compose?text={encode(f'{short}{chr(10)}{url}')}"


def _mastodon_text(title: str, url: str) -> str:
    return encode(f"{truncate(title, 500 - LINK_LENGTH - 1)}\n{url}")


def _threads(title: str, url: str) -> str:
    short = truncate(title, max(1, 500 - len(url) - 1))
    return f"https://www.threads.com/intent/post?text={encode(short)}&url={encode(url)}"


def _pinterest(title: str, url: str, picture: str = "") -> str:
    media = f"&media={encode(picture)}" if picture else ""
    return f"https://www.pinterest.com/pin/create/button/?url={encode(url)}{media}&description={encode(title)}"


def _email(title: str, url: str) -> str:
    def letter(subject: str) -> str:
        return f"mailto:?subject={encode(subject)}&body={encode(subject)}%0D%0A%0D%0A{encode(url)}"

    return letter(truncate(title, MAX_EMAIL_BYTES - 1, lambda subject: len(letter(subject))))


NETWORKS: Mapping[str, Network] = {
    "x": Network("X", _x),
    "facebook": Network("Facebook", lambda _t, u: f"https://www.facebook.com/sharer/sharer.php?u={encode(u)}"),
    "linkedin": Network("LinkedIn", lambda _t, u: f"https://www.linkedin.com/sharing/share-offsite/?url={encode(u)}"),
    "bluesky": Network("Bluesky", _bluesky),
    "mastodon": Network("Mastodon", lambda t, u: f"https://share.joinmastodon.org/#text={_mastodon_text(t, u)}"),
    "threads": Network("Threads", _threads),
    "reddit": Network(
        "Reddit",
        lambda t, u: f"https://www.reddit.com/submit?url={encode(u)}&title={encode(truncate(t, 300))}&type=LINK",
    ),
    "hackernews": Network(
        "Hacker News", lambda t, u: f"https://news.ycombinator.com/submitlink?u={encode(u)}&t={encode(truncate(t, 80))}"
    ),
    "whatsapp": Network("WhatsApp", lambda t, u: f"https://api.whatsapp.com/send?text={encode(f'{t} {u}')}"),
    "telegram": Network("Telegram", lambda t, u: f"https://t.me/share/url?url={encode(u)}&text={encode(t)}"),
    "email": Network("e-mail", _email),
    "pinterest": Network("Pinterest", _pinterest, _pinterest),
    "tumblr": Network(
        "Tumblr", lambda t, u: f"https://www.tumblr.com/widgets/share/tool?canonicalUrl={encode(u)}&title={encode(t)}"
    ),
    "line": Network("LINE", lambda _t, u: f"https://social-plugins.line.me/lineit/share?url={encode(u)}"),
    "vk": Network("VK", lambda t, u: f"https://vk.com/share.php?url={encode(u)}&title={encode(t)}"),
    "weibo": Network(
        "Weibo", lambda t, u: f"https://service.weibo.com/share/share.php?url={encode(u)}&title={encode(t)}"
    ),
    "instapaper": Network(
        "Instapaper", lambda t, u: f"https://www.instapaper.com/hello2?url={encode(u)}&title={encode(t)}"
    ),
    "sms": Network("SMS", lambda t, u: f"sms:?&body={encode(f'{t} {u}')}"),
}


def share_links(title: str, url: str, networks: Iterable[str], picture: str = "") -> list[ShareLink]:
    """Return a link for each network, in this order; unknown keys are skipped. `picture` is an absolute address."""
    title, links = " ".join(title.split()), []
    for key in networks:
        if network := NETWORKS.get(key):
            with_picture = network.picture_url
            address = with_picture(title, url, picture) if with_picture else network.share_url(title, url)
            links.append(ShareLink(key, network.name, address))
    return links


def mastodon_url(title: str, url: str, host: str) -> str:
    """Return the address of a Mastodon server's share page."""
    return f"https://{host}/share?text={_mastodon_text(' '.join(title.split()), url)}"


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
    return name if public and all(map(DNS_LABEL.fullmatch, labels)) and not _is_ip_address(name) else None


def _one_script(name: str) -> bool:
    """Return whether each label of a name has one script only: letters that look alike must not be mixed."""
    plain = r"[0-9\-"
    return all(any(regex.fullmatch(f"{plain}{script}]+", label) for script in SCRIPTS) for label in name.split("."))


def _is_ip_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
