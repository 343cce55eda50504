"""Serve an empty folder: the sample posts, the link for the first account, and what the first author does."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from tests.answers import normalize
from tests.answers.sample import PASSWORD
from tests.answers.sides import Sides
from tests.answers.web import authors, serving
from tests.answers.web.visitor import Question, Visitor

NAME = "new"
# By http, and with a port: other headers and cookies than by https.
SITE_URL = "http://first.example:8080"
LINK = re.compile(r"/admin/setup/[\w-]+/")
STARTS = (
    "/",
    "/sitemap.xml",
    "/feed.xml",
    "/atom.xml",
    "/feed.json",
    "/robots.txt",
    "/opensearch.xml",
    "/search/?q=letter",
)
SERVE = "serve --port --workers --access-log"
AFTERWARDS = ("samples remove", "samples remove --json", "list", "list --status deleted", "user list")


def compare_first_start(sides: Sides) -> list[Question]:
    """Compare a new blog; return what was asked."""
    samples = (sides.other.checkout.root / "blog" / "samples").glob("*.md")
    fixed_ids = {each for file in samples for each in normalize.ids_in(file.read_bytes())}
    for side in sides:
        side.begin(fixed_ids, ZoneInfo("UTC"))
    with serving.serve(sides, NAME, SITE_URL, {}, "--access-log") as servers:
        servers.mark_start()
        reader = servers.visitor()
        reader.crawl(STARTS, lambda path: not path.startswith("/admin/"), lambda path: path in STARTS)
        links = [(LINK.search(server.log.read_text("utf-8")) or [""])[0] for server in servers.servers]
        author = servers.visitor()
        _begin(author, links)
        servers.settle()
        authors.crawl(author)
        ports = [str(server.port) for server in servers.servers]
        answers = sides.both(lambda side: servers.run(side, "serve", "--port", ports[side.number]))
        sides.compare("command", "serve --port {a port that is taken}", answers)
    for words in AFTERWARDS:
        answers = sides.both(lambda side, line=words: servers.run(side, *line.split()))
        sides.compare("command", f"{words} (after the first start)", answers)
    return servers.questions


def _begin(author: Visitor, links: Sequence[str]) -> None:
    """Make the first account, change a sample, and look around."""
    author.ask(links)
    author.submit(links, "Make the account", name="", email="ana@example.org", password=PASSWORD)
    author.submit(links, "Make the account", name="Ana Ríos", email="ana@example.org", password=PASSWORD)
    author.ask(links)
    number = authors.number_of(author, "markdown")
    author.submit(f"/admin/posts/{number}/", "action=publish", title="Writing in Markdown, edited")
