"""Have the other checkout make one rich blog, serve a copy on both sides, and ask as readers and as authors do."""

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
    forms.look_after(author)
