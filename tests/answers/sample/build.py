"""One rich blog, made with a checkout's commands and forms: something of everything that a blog can hold."""

import re
from pathlib import Path

from tests.answers.answer import Answer
from tests.answers.checkout import Checkout, Forks, Unusable
from tests.answers.sample import EMAIL, OTHER_EMAIL, PASSWORD, SITE_URL, library
from tests.answers.web.client import Browser, Reply
from tests.answers.web.pages import submit

# The address while its forms are filled in: served at its own one, the blog is then new to either checkout's server,
# which says that all pages changed when it started.
FIRST_URL = "https://first.example"
LETTERS, ENTRIES = 52, 104
SETTINGS = {
    "title": "Rivers & “Bridges”", "tagline": "Essays, mostly <wet>", "language": "en-GB", "timezone": "Europe/Berlin",
    "author": "Ana Ríos", "accent": "#0a7d4f", "typeface": "sans", "footer": "Written at the waterside.",
    "header_links": "Essays /archive/\nAbout /about/\nMail mailto:ana@example.org",
    "footer_links": "Imprint /imprint/\nRSS /feed.xml", "fediverse": "@ana@mastodon.social",
    "networks": "x, bluesky, mastodon, email, reddit, hackernews, whatsapp, telegram, linkedin, facebook, threads, "
    "pinterest, tumblr, line, vk, weibo, instapaper, sms",
    "follow": "Mastodon https://mastodon.social/@ana\nBluesky https://bsky.app/profile/ana.example\n"
    "GitHub https://github.com/ana\nE-mail mailto:ana@example.org",
    "atproto_did": "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "security_contact": "security@example.org",
}  # fmt: skip
THEME = {
    "custom.css": ":root { --paper: #f6f9fa; }\nh1 { font-weight: 650; }\n",
    "templates/reader/article.html": (
        '{% extends "house/reader/article.html" %}\n{% block article %}\n{{ super() }}\n'
        '<p class="reuse">Reprint this with a link to {{ canonical(post) }}</p>\n{% endblock %}\n'
    ),
    "templates/macros/parts.html": (
        '{% macro menu() %}\n<nav class="menu" aria-label="Site">\n<ul>\n'
        '<li><a href="{{ url_for("reader.home") }}">Essays</a></li>\n'
        '{% for page in navigation() %}\n<li><a href="{{ post_url(page) }}">{{ page.title }}</a></li>\n{% endfor %}\n'
        "</ul>\n</nav>\n{% endmacro %}\n"
    ),
    "templates/errors/error.html": (
        '{% extends "house/errors/error.html" %}\n{% block colophon %}\n'
        '<footer class="colophon"><p>Lost? <a href="{{ url_for("reader.archive") }}">All by year.</a></p></footer>\n'
        "{% endblock %}\n"
    ),
}
# A post's number by its title, on the desk.
EDITOR = re.compile(r"/admin/posts/(\d+)/")
TAG = re.compile(r'<a href="/admin/tags/(\d+)/">([^<]+)</a>')
COPIED = {"title": "Copied, and not shown", "body": "What readers do *not* see.\n\nIn two paragraphs."}


def build(checkout: Checkout, forks: Forks, folder: Path, work: Path, outside: str) -> None:
    """Make the blog in an empty folder; `work` gets what is imported, `outside` is the server of pictures and hub."""
    folder.mkdir()
    environment = {"BLOG_SITE_URL": SITE_URL, "BLOG_OUTBOUND_ALLOW": outside, "BLOG_BACKUPS": "off"}

    def run(*words: str, stdin: str = "") -> Answer:
        answer = forks.run("--instance", str(folder), *words, stdin=stdin.encode(), environment=environment)
        if answer.parts["exit"] != b"0":
            raise Unusable(f"`{' '.join(words)}` failed: {answer.parts['errors'].decode()}")
        return answer

    library.write_good(work, outside, letters=LETTERS, entries=ENTRIES)
    for email, name in ((EMAIL, "Ana Ríos"), (OTHER_EMAIL, "Bo Lind")):
        run("user", "add", email, "--name", name, "--password-stdin", stdin=f"{PASSWORD}\n")
    run("import", str(work))
    run("edit", "renamed", "--slug", "renamed-since")
    run("edit", "edited", "--file", "-", "--summary", "Said anew.", stdin="As it is *now*.\n")
    run("edit", "edited", "--title", "Edited, twice", "--minor")
    run("delete", "deleted")
    with checkout.serve(folder, work / "serve.log", {**environment, "BLOG_SITE_URL": FIRST_URL}) as server:
        browser = Browser(server.port, FIRST_URL.removeprefix("https://"))
        _write(browser, outside)
        browser.close()
    for name, text in THEME.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    run("tick")
    run("backup")


def _submit(browser: Browser, path: str, press: str, files: dict[str, bytes] | None = None, **values: str) -> Reply:
    """Submit a form that must be accepted; return the page that it leads to."""
    replies = submit(browser, path, press, values, files)
    if replies[-1].status != 200 or len(replies) < 3:
        raise Unusable(f"“{press}” at {path} was answered with {replies[1].status}: {replies[1].text[:2000]}")
    return replies[-1]


def _write(browser: Browser, outside: str) -> None:
    """Leave what only forms leave."""
    submit(browser, "/admin/sign-in/", "Sign in", {"email": OTHER_EMAIL, "password": "wrong"})
    _submit(browser, "/admin/sign-in/", "Sign in", email=EMAIL, password=PASSWORD)
    _keep_pictures(browser)
    logo = re.search(r"/media/[\w.]+\.png", _submit(browser, "/admin/media/1/", "Save", alt="A first one").text)
    _submit(browser, "/admin/settings/", "Save", **SETTINGS, logo=logo[0] if logo else "", hubs=f"http://{outside}/hub")
    _submit(browser, "/admin/people/", "Make the invitation", name="Cy Dee", email="cy@example.org")
    _submit(browser, "/admin/redirects/", "Add", source="/elsewhere", target="https://elsewhere.example/")
    _submit(browser, "/admin/redirects/", "Add", source="/old/about.html", target="/about/")
    _submit(browser, "/admin/redirects/", "Add", source="/no-more", leads="gone", target="")
    _write_posts(browser)
    _change_tags(browser)


def _keep_pictures(browser: Browser) -> None:
    pictures = {
        "logo.png": library.picture(800, 40, mode="RGBA"),
        "unused.jpg": library.picture(700, 300, "JPEG"),
        "deleted.webp": library.picture(90, 60, "WEBP"),
    }
    for name, data in pictures.items():
        _submit(browser, "/admin/media/", "Upload", {name: data}, alt=f"What {name} shows")
    newest = browser.ask("GET", "/admin/media/").text
    numbers = sorted({int(number) for number in re.findall(r"/admin/media/(\d+)/", newest)})
    _submit(browser, f"/admin/media/{numbers[-1]}/", "Delete")


def _write_posts(browser: Browser) -> None:
    number = _number(browser, "copied")
    _submit(browser, f"/admin/posts/{number}/", "action=link", **COPIED)
    number = _number(browser, "edited")
    for text in ("Once more.", "And once more, with *marks*.", "For the last time."):
        _submit(browser, f"/admin/posts/{number}/", "action=publish", body=f"As it is now.\n\n{text}")
    _submit(
        browser, "/admin/posts/new/", "action=save", title="A draft of two", body="Not *yet*.", tags="Rivers, Never"
    )
    _submit(
        browser, "/admin/posts/new/", "action=schedule", title="Much later", body="Then.", summary="In time.",
        published_at="2098-01-02T03:04", language="de", unlisted="on", canonical_url="https://elsewhere.example/later",
    )  # fmt: skip
    _submit(browser, "/admin/posts/new/", "action=publish", title="A page of two", kind="page", body="## Here\n\nText.")
    number = _number(browser, "unfinished")
    _submit(browser, f"/admin/posts/{number}/", "action=save", published_at="2097-01-01T00:00")


def _number(browser: Browser, words: str) -> str:
    """Return the number of the first post that a search on the desk finds."""
    match = EDITOR.search(browser.ask("GET", f"/admin/?q={words}").text.partition("<main")[2])
    if match is None:
        raise Unusable(f"The desk finds no post for “{words}”.")
    return match[1]


def _change_tags(browser: Browser) -> None:
    text = browser.ask("GET", "/admin/tags/").text
    tags = {name: number for number, name in TAG.findall(text)}
    _submit(browser, f"/admin/tags/{tags['Trips']}/", "Rename", name="Journeys", slug="")
    _submit(browser, f"/admin/tags/{tags['C#']}/", "Merge", into="C++")
    _submit(browser, f"/admin/tags/{tags['Later']}/removal/", "Delete")
