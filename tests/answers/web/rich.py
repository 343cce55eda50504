"""Have the other checkout make one rich blog, serve a copy on both sides, and ask as readers and as authors do."""

import time

from tests.answers import database, normalize
from tests.answers.sample import SITE_URL, ZONE, build, library, outside
from tests.answers.sides import Sides
from tests.answers.web import authors, forms, readers, serving
from tests.answers.web.visitor import Question

NAME = "rich"
# What the server outside has: a picture to copy.
FILES = {"/far.png": library.picture(300, 200)}


def compare_rich_blog(sides: Sides) -> list[Question]:
    """Compare the pages of a blog that has something of everything; return the questions."""
    with outside.listen(FILES) as server:
        work = sides.other.folder / "work"
        work.mkdir()
        source = work / "blog"
        build.build(sides.other.checkout, sides.other.forks, source, work, server.place)
        serving.copy(source, sides, NAME)
        fixed_ids = normalize.ids_in((source / "blog.db").read_bytes())
        for side in sides:
            side.begin(fixed_ids, ZONE)
        with serving.serve(sides, NAME, SITE_URL, {"BLOG_OUTBOUND_ALLOW": server.place}) as servers:
            servers.mark_start()
            readers.ask_as_readers(servers.visitor())
            _ask_as_authors(servers, server.place)
        database.compare_databases(sides, NAME)
    return servers.questions


def _ask_as_authors(servers: serving.Servers, place: str) -> None:
    author, guest = servers.visitor(), servers.visitor()
    authors.sign_in(author)
    authors.crawl(author)
    authors.refuse(author, guest)
    authors.write(author)
    authors.use_scripts(author, place)
    forms.keep_pictures(author, place)
    forms.change_tags(author)
    forms.change_redirects(author)
    forms.invite(author, servers.visitor())
    forms.change_account(author, servers.visitor())
    forms.change_settings(author)
    servers.settle()
    authors.crawl(author)
    readers.ask_again(servers.visitor())
    _change_theme(servers)
    forms.look_after(author)


def _change_theme(servers: serving.Servers) -> None:
    """Change the owner's stylesheet and templates while the blog is served; one is broken then, one is new."""
    files = {
        "custom.css": "p { color: #123 }\np { colour: }}\n",
        "templates/reader/article.html": "{% extends 'house/reader/article.html' %}{% block article %}{{ nonsense }}",
        "templates/reader/tag.html": "{% extends 'house/reader/tag.html' %}{% block content %}Mine{% endblock %}",
    }
    for side in servers.sides:
        for name, text in files.items():
            (side.folder / NAME / name).write_text(text, "utf-8")
    time.sleep(1.5)  # it looks once a second
    visitor = servers.visitor()
    for path in ("/", "/posts/rivers/", "/tags/rivers/"):
        visitor.ask(path)
