"""Links that share an article, in each network's own encoding and within its limits. Pure.

Every link decodes back to exactly the canonical address and the title; the title is cut, between characters as
people count them and with an ellipsis, only where a network's limit forces it.
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
LINK_LENGTH = 23  # what X and Mastodon count for any address
# X counts these code points as one, all others (and every emoji) as two.
SINGLE_WEIGHT = regex.compile(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
DNS_LABEL = regex.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Top-level names that no public server has.
PRIVATE_DOMAINS = {
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "invalid",
    "lan",
    "local",
    "localhost",
    "onion",
    "test",
}


@dataclass(frozen=True)
class ShareLink:
    """One way to share: the network's key and name, and the address to open."""

    network: str
    name: str
    address: str


@dataclass(frozen=True)
class Network:
    """How a network is told what to share."""

    name: str
    address: Callable[[str, str], str]
    pictured: Callable[[str, str, str], str] | None = None  # where a picture is shared, not an address


@lru_cache(maxsize=64)
def encode(text: str) -> str:
    """Percent-encoded, a space as %20, nothing left that could end a parameter."""
    return quote(text, safe="")


def truncate(title: str, most: int, measure: Callable[[str], int] = len) -> str:
    """The title, or as much of it as measures at most `most` with an ellipsis."""
    if measure(title) <= most:
        return title
    kept = ""
    for grapheme in graphemes(title):
        if measure(f"{kept}{grapheme}…") > most:
            break
        kept += grapheme
    return f"{kept.rstrip()}…"


def x_length(text: str) -> int:
    """The length of a text as X counts it."""
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
    # An emoji of several code points counts as one emoji; letters with marks count one by one.
    if regex.search(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3", grapheme):
        return 2
    return sum(1 if SINGLE_WEIGHT.fullmatch(char) else 2 for char in grapheme)


def character_count(text: str) -> int:
    """The length of a text in characters as people count them."""
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
        "Hacker News",
        lambda t, u: f"https://news.ycombinator.com/submitlink?u={encode(u)}&t={encode(truncate(t, 80))}",
    ),
    "whatsapp": Network("WhatsApp", lambda t, u: f"https://api.whatsapp.com/send?text={encode(f'{t} {u}')}"),
    "telegram": Network("Telegram", lambda t, u: f"https://t.me/share/url?url={encode(u)}&text={encode(t)}"),
    "email": Network("e-mail", _email),
    "pinterest": Network("Pinterest", _pinterest, _pinterest),
    "tumblr": Network(
        "Tumblr",
        lambda t, u: f"https://www.tumblr.com/widgets/share/tool?canonicalUrl={encode(u)}&title={encode(t)}",
    ),
    "line": Network("LINE", lambda _t, u: f"https://social-plugins.line.me/lineit/share?url={encode(u)}"),
    "vk": Network("VK", lambda t, u: f"https://vk.com/share.php?url={encode(u)}&title={encode(t)}"),
    "weibo": Network(
        "Weibo",
        lambda t, u: f"https://service.weibo.com/share/share.php?url={encode(u)}&title={encode(t)}",
    ),
    "instapaper": Network(
        "Instapaper",
        lambda t, u: f"https://www.instapaper.com/hello2?url={encode(u)}&title={encode(t)}",
    ),
    "sms": Network("SMS", lambda t, u: f"sms:?&body={encode(f'{t} {u}')}"),
}


def share_links(title: str, url: str, networks: Iterable[str], picture: str = "") -> list[ShareLink]:
    """A link for each network, in the given order; unknown keys are passed over. `picture` is a whole address."""
    words = " ".join(title.split())
    known = [(key, NETWORKS[key]) for key in networks if key in NETWORKS]
    return [
        ShareLink(
            key,
            network.name,
            network.pictured(words, url, picture) if network.pictured else network.address(words, url),
        )
        for key, network in known
    ]


def mastodon_url(title: str, url: str, host: str) -> str:
    """The address at which a Mastodon server takes a text to share."""
    return f"https://{host}/share?text={_mastodon_text(' '.join(title.split()), url)}"


def parse_server_name(typed: str) -> str | None:
    """The public DNS name that a reader typed as their Mastodon server, in small ASCII letters; None if it is none.

    No port, path, user, address or private name: what is not plainly a server's name is not guessed at.
    """
    name = typed.strip().lower().rstrip(".")
    if not name or len(name) > 253 or not name.isprintable() or "xn--" in name:
        return None
    if not name.isascii() and not _one_script(name):
        return None
    try:
        known = ascii_name(name)
    except ValueError:
        return None
    labels = known.split(".")
    public = len(labels) > 1 and labels[-1] not in PRIVATE_DOMAINS and not labels[-1][0:1].isdigit()
    return known if public and all(map(DNS_LABEL.fullmatch, labels)) and not _is_address(known) else None


def _one_script(name: str) -> bool:
    """Whether each part of a name keeps to one script: letters that only look alike are not mixed."""
    scripts = (
        r"\p{Latin}",
        r"\p{Cyrillic}",
        r"\p{Greek}",
        r"\p{Han}\p{Hiragana}\p{Katakana}",
        r"\p{Hangul}",
        r"\p{Arabic}",
        r"\p{Hebrew}",
        r"\p{Devanagari}",
    )
    plain = r"[0-9\-"
    return all(any(regex.fullmatch(f"{plain}{script}]+", label) for script in scripts) for label in name.split("."))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
