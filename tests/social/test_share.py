"""Share links: each network's own form, within its limits, decoding to exactly title and address."""

from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from blog.core.site import settings
from blog.models.site import DEFAULT_NETWORKS
from blog.social import share
from blog.social.share import NETWORKS, mastodon_url, share_links, truncate, x_length

TITLE = "Tom & Jerry: 50% + #1? “é” 😀"
URL = "https://essays.example/posts/tom-jerry/"
T, U = quote(TITLE, safe=""), quote(URL, safe="")

EXACT = {
    "x": f"https://x.com/intent/post?text={T}&url={U}",
    "facebook": f"https://www.facebook.com/sharer/sharer.php?u={U}",
    "linkedin": f"https://www.linkedin.com/sharing/share-offsite/?url={U}",
    "bluesky": f"https://bsky.app/intent/compose?text={T}%0A{U}",
    "mastodon": f"https://share.joinmastodon.org/#text={T}%0A{U}",
    "threads": f"https://www.threads.com/intent/post?text={T}&url={U}",
    "reddit": f"https://www.reddit.com/submit?url={U}&title={T}&type=LINK",
    "hackernews": f"https://news.ycombinator.com/submitlink?u={U}&t={T}",
    "whatsapp": f"https://api.whatsapp.com/send?text={T}%20{U}",
    "telegram": f"https://t.me/share/url?url={U}&text={T}",
    "email": f"mailto:?subject={T}&body={T}%0D%0A%0D%0A{U}",
    "pinterest": f"https://www.pinterest.com/pin/create/button/?url={U}&description={T}",
    "tumblr": f"https://www.tumblr.com/widgets/share/tool?canonicalUrl={U}&title={T}",
    "line": f"https://social-plugins.line.me/lineit/share?url={U}",
    "vk": f"https://vk.com/share.php?url={U}&title={T}",
    "weibo": f"https://service.weibo.com/share/share.php?url={U}&title={T}",
    "instapaper": f"https://www.instapaper.com/hello2?url={U}&title={T}",
    "sms": f"sms:?&body={T}%20{U}",
}
# Where a network's link holds the title and the address: parameter, and what stands between the two in it.
BETWEEN = {"bluesky": ("text", "\n"), "mastodon": ("text", "\n"), "whatsapp": ("text", " "), "sms": ("body", " ")}
APART = {
    "x": ("text", "url"),
    "facebook": (None, "u"),
    "linkedin": (None, "url"),
    "threads": ("text", "url"),
    "reddit": ("title", "url"),
    "hackernews": ("t", "u"),
    "telegram": ("text", "url"),
    "pinterest": ("description", "url"),
    "tumblr": ("title", "canonicalUrl"),
    "line": (None, "url"),
    "vk": ("title", "url"),
    "weibo": ("title", "url"),
    "instapaper": ("title", "url"),
}
FAMILY = "👩‍👩‍👧‍👦"
FLAG = "🇩🇪"
# What no title holds: validate.one_line collapses white space and strips what nothing can carry.
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=30)
TITLES = st.lists(WORDS, min_size=1, max_size=2).map(" ".join)


def address(network: str, title: str, url: str = URL) -> str:
    [link] = share_links(title, url, [network])
    return link.address


def parameters(link: str) -> dict[str, str]:
    """The parameters of a link, decoded as a server or mail program does."""
    parts = urlsplit(link)
    params = parse_qs(parts.query or parts.fragment, keep_blank_values=True, strict_parsing=False, max_num_fields=5)
    return {name: values[0] for name, values in params.items()}


def shared_title(network: str, title: str) -> str:
    """The title in a network's link."""
    given_parameters = parameters(address(network, title))
    if network == "email":
        return given_parameters["subject"]
    if network in BETWEEN:
        name, between = BETWEEN[network]
        return given_parameters[name].removesuffix(between + URL)
    return given_parameters[APART[network][0] or ""]


def test_the_table_is_whole() -> None:
    assert set(NETWORKS) == set(settings.NETWORK_KEYS)
    assert set(EXACT) == set(NETWORKS)
    assert set(DEFAULT_NETWORKS) <= set(NETWORKS)


@pytest.mark.parametrize("network", EXACT)
def test_a_networks_link_is_exactly_as_documented(network: str) -> None:
    assert address(network, TITLE) == EXACT[network]


def test_where_pictures_are_shared_there_is_one() -> None:
    picture = "https://essays.example/cards/post-0123456789abcdef.png"
    [pin] = share_links(TITLE, URL, ["pinterest"], picture)
    media = "https%3A%2F%2Fessays.example%2Fcards%2Fpost-0123456789abcdef.png"
    assert pin.address == f"https://www.pinterest.com/pin/create/button/?url={U}&media={media}&description={T}"


@pytest.mark.parametrize("network", EXACT)
def test_a_space_is_never_a_plus(network: str) -> None:
    assert "+" not in address(network, "a b + c")
    assert " " not in address(network, "a b + c")


@given(TITLES, st.sampled_from(sorted(NETWORKS)), st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_every_link_decodes_to_title_and_address(title: str, network: str, query: str) -> None:
    url = f"https://essays.example/posts/x/?{quote(query)}"
    link = address(network, title, url)
    assert link.isascii() and not regex.search(r"[\s\"<>]", link)
    params = parameters(link)
    if network == "email":
        assert params == {"subject": title, "body": f"{title}\r\n\r\n{url}"}
    elif network in BETWEEN:
        name, between = BETWEEN[network]
        assert params == {name: f"{title}{between}{url}"}
    else:
        text, where = APART[network]
        assert params[where] == url
        assert text is None or params[text] == title


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60), st.sampled_from(sorted(NETWORKS)))
def test_white_space_in_a_title_is_collapsed(title: str, network: str) -> None:
    assert address(network, f"  a\n{title}\t ") == address(network, " ".join(f"a {title}".split()))


def test_the_fragment_keeps_the_text_from_mastodons_server() -> None:
    parts = urlsplit(address("mastodon", TITLE))
    assert (parts.query, unquote(parts.fragment)) == ("", f"text={TITLE}\n{URL}")


def test_links_come_in_the_given_order_and_unknown_networks_are_passed_over() -> None:
    links = share_links(TITLE, URL, ["telegram", "myspace", "x", "email"])
    assert [link.network for link in links] == ["telegram", "x", "email"]
    assert [link.name for link in links] == ["Telegram", "X", "e-mail"]


def test_dead_networks_are_not_known() -> None:
    assert not {"pocket", "googleplus", "stumbleupon", "delicious", "addthis", "digg"} & set(NETWORKS)


# -- limits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        ("abc", 3),
        ("é", 1),
        ("数学", 4),
        ("かな", 4),
        ("한국", 4),
        ("😀", 2),
        (FAMILY, 2),
        (FLAG, 2),
        ("1️⃣", 2),
        ("👍🏽", 2),
        ("“a”", 3),
        ("a–b", 3),
        ("…", 2),
        ("हिन्दी", 6),
        ("Ж", 1),
    ],
)
def test_x_weighs_texts_as_twitter_text_does(text: str, weighs: int) -> None:
    assert x_length(text) == weighs


LONG = {
    "Latin": "Water " * 83,
    "Chinese": "水" * 500,
    "emoji": "😀" * 500,
    "families": FAMILY * 70,
    "Hindi": "हिन्दी " * 71,
    "flags": FLAG * 250,
}
MEASURES = {
    "x": (lambda title: x_length(title) + 1 + 23, 280),
    "bluesky": (lambda title: len(regex.findall(r"\X", f"{title}\n{URL}")), 300),
    "mastodon": (lambda title: len(title) + 1 + 23, 500),
    "threads": (lambda title: len(f"{title} {URL}"), 500),
    "reddit": (len, 300),
    "hackernews": (len, 80),
}


@pytest.mark.parametrize("script", LONG)
@pytest.mark.parametrize("network", MEASURES)
def test_a_long_title_is_cut_to_the_networks_limit_between_graphemes(network: str, script: str) -> None:
    title = LONG[script].strip()
    measure, most = MEASURES[network]
    said = shared_title(network, title)
    assert measure(said) <= most
    if said == title:
        return
    assert said.endswith("…")
    start = said.removesuffix("…")
    whole = regex.findall(r"\X", title)
    assert start.rstrip() in ("".join(whole[:number]).rstrip() for number in range(len(whole)))
    more = "".join(whole[: len(regex.findall(r"\X", start)) + 2])
    assert measure(f"{more}…") > most, "more would have fitted"


@pytest.mark.parametrize("network", MEASURES)
def test_a_title_that_just_fits_is_not_cut(network: str) -> None:
    measure, most = MEASURES[network]
    title = "x" * most
    while measure(title) > most:
        title = title[:-1]
    assert measure(title) == most
    assert shared_title(network, title) == title
    assert shared_title(network, title + "x") == title[:-1] + "…" or network == "x"
    assert shared_title(network, title + "x").endswith("…")


@pytest.mark.parametrize("script", LONG)
def test_a_letter_stays_under_2000_bytes(script: str) -> None:
    link = address("email", LONG[script].strip()[:500])
    assert len(link.encode()) < 2000
    params = parameters(link)
    assert params["body"] == f"{params['subject']}\r\n\r\n{URL}"
    assert len(params["subject"]) > 20


@pytest.mark.parametrize("network", ["whatsapp", "telegram", "sms", "tumblr", "vk", "weibo", "instapaper"])
def test_networks_without_a_limit_get_the_whole_title(network: str) -> None:
    title = "水 " * 249 + "水"
    assert shared_title(network, title) == title


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=80), st.integers(1, 60))
def test_a_cut_text_is_short_enough_and_a_beginning(text: str, most: int) -> None:
    shorter = truncate(text, most)
    assert len(shorter) <= most
    assert shorter == text or (text.startswith(shorter.removesuffix("…")) and shorter.endswith("…"))


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_a_very_long_address_is_never_cut(network: str) -> None:
    url = "https://essays.example/" + "a" * 1900
    assert quote(url, safe="") in address(network, TITLE, url)


def test_a_server_of_ones_own_gets_text_and_address() -> None:
    assert mastodon_url(f" {TITLE}\n", URL, "mastodon.social") == f"https://mastodon.social/share?text={T}%0A{U}"
    # Mastodon counts any address as 23 characters.
    assert len(parameters(mastodon_url("水" * 600, URL, "m.social"))["text"].removesuffix(URL)) + 23 <= 500


# -- server names -------------------------------------------------------------------------------------------

GOOD = {
    "mastodon.social": "mastodon.social",
    "MASTODON.social.": "mastodon.social",
    "  mastodon.social ": "mastodon.social",
    "a.b.c.example.org": "a.b.c.example.org",
    "m-1.social": "m-1.social",
    "büro.de": "xn--bro-hoa.de",
    "例え.jp": "xn--r8jz45g.jp",
    "пример.рус": "xn--e1afmkfd.xn--p1acf",
    "straße.de": "xn--strae-oqa.de",
}
BAD = [
    "",
    " ",
    ".",
    "localhost",
    "LOCALHOST.",
    "mastodon",
    "name.local",
    "name.localhost",
    "x.internal",
    "x.lan",
    "x.home.arpa",
    "x.test",
    "x.invalid",
    "x.onion",
    "x.example",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "017700000001",
    "1.2.3.4.",
    "169.254.169.254",
    "[::1]",
    "::1",
    "fe80::1%eth0",
    "host.social:443",
    "host.social:",
    "user@host.social",
    "http://x.social",
    "//x.social",
    "x.social/y",
    "x.social/",
    "x.social?y",
    "x.social#y",
    "x\\y.social",
    "a b.social",
    "x.social y",
    "xn--bro-hoa.de",
    "a.xn--p1ai",
    "mаstodon.social",
    "goοgle.com",
    "аpple.com",
    "-x.social",
    "x-.social",
    "x..social",
    ".x.social",
    "x_y.social",
    "a" * 64 + ".social",
    "a." * 130 + "social",
    "x" * 5000,
    "x." * 2500 + "social",
    "x.so\ncial",
    "x.social\nHost: y",
    "x.social\x00",
    "x.soc\u200bial",
    "x\u202e.social",
    "x%2esocial",
    "x。social",
    "x.social,y.social",
    "😀.social",
    "x.123",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("typed", GOOD)
def test_a_public_servers_name_is_taken(typed: str) -> None:
    assert share.parse_server_name(typed) == GOOD[typed]


@pytest.mark.parametrize("typed", BAD, ids=lambda typed: ascii(typed)[:30])
def test_what_is_not_plainly_a_public_servers_name_is_refused(typed: str) -> None:
    assert share.parse_server_name(typed) is None


@given(st.text(max_size=60))
def test_a_name_that_is_taken_is_a_plain_dns_name(typed: str) -> None:
    name = share.parse_server_name(typed)
    if name is not None:
        assert regex.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", name)
        assert urlsplit(f"https://{name}/share").hostname == name
