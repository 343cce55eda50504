"""What authors ask: the pages for them, every form with good and with bad words, and what their scripts ask."""

import re
from collections import Counter
from collections.abc import Mapping

from tests.answers.sample import EMAIL, OTHER_EMAIL, PASSWORD
from tests.answers.web.client import Reply, encoded, multipart
from tests.answers.web.visitor import Visitor

JSON = {"Accept": "application/json"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# Of pages whose addresses differ in a number only, so many are asked for.
ALIKE = 30
BAD_POST = {
    "title": "", "slug": "../x", "summary": "s" * 3000, "tags": "t" * 300, "language": "klingon language",
    "published_at": "2021-03-28T02:30", "cover": "/media/none.png", "kind": "novel", "canonical_url": "nowhere",
    "body": "Words that must not be lost.",
}  # fmt: skip
BAD_SETTINGS = {
    "title": "", "tagline": "t" * 400, "language": "klingon language", "timezone": "Berlin", "author": "a" * 200,
    "accent": "green", "footer": "f" * 600, "logo": "/media/none.png", "logo_dark": "none", "typeface": "comic",
    "header_links": "About", "footer_links": "[{]", "follow": "Mastodon nowhere", "networks": "myspace",
    "hubs": "nowhere", "fediverse": "ana", "atproto_did": "did:none", "security_contact": "nobody",
}  # fmt: skip
PASTED = (
    '<h1>Title</h1><p>Some <b>bold</b> and <i>italic</i> words, <a href="https://example.com/">a link</a>.</p>'
    "<ul><li>one</li><li>two<ol><li>deep</li></ol></li></ul><table><tr><th>a</th><td>b</td></tr></table>"
    '<blockquote><p>Quote</p></blockquote><pre><code class="language-python">x = 1</code></pre>'
    '<p style="mso-list:l0">Word</p><img src="https://example.com/x.png" alt="Alt"><script>never()</script><hr>'
)
# As Word and Google Docs put it on the clipboard.
PASTED_FROM_OFFICE = """
<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><!--StartFragment-->
<p class=MsoTitle>A title</p><h2 style="mso-outline-level:2">A heading</h2>
<p class=MsoHeading3 style="mso-outline-level:3">Another</p>
<p class=MsoListParagraph style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">1.<span> </span></span>One</p>
<p class=MsoListParagraph style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">a.</span>Inner</p>
<p class=MsoListParagraph style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">2.</span>Two</p>
<p class=MsoListParagraphCxSpFirst>· A bullet</p><p class=MsoListParagraphCxSpLast>· Another</p>
<b style="font-weight:normal" id="docs-internal-guid-1"><p><span style="font-weight:700">Bold</span> and
<span style="font-style:italic;text-decoration:line-through">more</span></p></b>
<ul><li><p>item</p></li><ul><li>beside</li></ul></ul><ol start="3"><li>three</li></ol>
<table><caption>Caption</caption><tr><td>a</td><td colspan="2">b</td></tr><tr><td>c</td></tr></table>
<table><tr><td><h2>Laid out</h2></td></tr></table><p>a<br>b<br><br>c</p><input type=checkbox checked> done
<p><a href="#x">here</a> <a href="mailto:a@b.example">mail</a> <sup>1</sup> <mark>m</mark> <q>q</q> * _ ` [x] # </p>
<!--EndFragment--></body></html>
"""


def crawl(visitor: Visitor) -> None:
    """Ask for all pages that the desk leads to, some of those that are alike."""
    counts: Counter[str] = Counter()

    def follow(path: str) -> bool:
        shape = re.sub(r"\d+", "1", path)
        counts[shape] += 1
        return path.startswith(("/admin/", "/preview/")) and counts[shape] <= ALIKE

    visitor.crawl(("/admin/",), follow)


def tokens(visitor: Visitor) -> list[str]:
    """Return the token for forms of each side."""
    matches = [TOKEN.search(reply.text) for reply in visitor.ask("/admin/account/")]
    return [match[1] if match else "" for match in matches]


def post(
    visitor: Visitor, path: str, fields: Mapping[str, str], files: Mapping[str, bytes] | None = None, **headers: str
) -> list[Reply]:
    """Send fields as the blog's scripts do: with the token in a header, for an answer as JSON."""
    kind, body = multipart(fields, files) if files is not None else encoded(fields)
    each_headers = [{**JSON, "Content-Type": kind, "X-CSRFToken": token, **headers} for token in tokens(visitor)]
    return visitor.ask(path, "POST", each_headers, body, kind="scripts' request", note=" ".join(fields)[:60])


def number_of(visitor: Visitor, words: str) -> str:
    """Return the number of the first post that a search on the desk finds."""
    replies = visitor.ask(f"/admin/?q={words}")
    match = re.search(r"/admin/posts/(\d+)/", replies[1].text.partition("<main")[2])
    return match[1] if match else "0"


def sign_in(visitor: Visitor, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Sign in, after some mistakes."""
    visitor.ask("/admin/sign-in/?next=/admin/settings/")
    visitor.submit("/admin/sign-in/", "Sign in", email=email, password="wrong")
    visitor.submit("/admin/sign-in/", "Sign in", email="nobody@example.org", password=password)
    visitor.submit("/admin/sign-in/", "Sign in", email="", password="")
    visitor.submit("/admin/sign-in/?next=/admin/settings/", "Sign in", email=email, password=password)
    visitor.ask("/admin/sign-in/")
    visitor.ask("/admin/sign-in/?next=//elsewhere.example/")
    for path in ("/", "/posts/rivers/", "/feed.xml", "/about/"):
        visitor.ask(path, kind="authors' page", note="signed in")


def refuse(visitor: Visitor, stranger: Visitor) -> None:
    """Send what must be refused: without a session, without a token, from another site."""
    fields = {"title": "Kept words", "body": "Not lost.", "action": "save"}
    kind, body = encoded(fields)
    form = {"Content-Type": kind}
    for path in ("/admin/posts/new/", "/admin/posts/1/", "/admin/settings/", "/admin/sign-out/", "/admin/media/"):
        for who, note in ((stranger, "no session"), (visitor, "no token")):
            who.ask(path, "POST", form, body, kind="refused form", note=note)
            who.ask(path, "POST", {**form, **JSON}, body, kind="refused form", note=f"{note}, JSON")
        visitor.ask(
            path, "POST", {**form, "Origin": "https://elsewhere.example"}, body, kind="refused form", note="Origin"
        )
        visitor.ask(
            path, "POST", {**form, "Sec-Fetch-Site": "cross-site"}, body, kind="refused form", note="cross-site"
        )
        visitor.ask(path, "DELETE", kind="refused form")
    fields = {"kept-title": "Kept words", "kept-body": "Not lost.", "next": "/admin/posts/new/"}
    stranger.submit("/admin/sign-in/", "Sign in", email=OTHER_EMAIL, password=PASSWORD, **fields)
    stranger.ask("/admin/sign-out/", "POST", form, b"", kind="refused form", note="no token")


def write(visitor: Visitor) -> None:
    """Begin, save, publish, schedule, take back and take away posts."""
    new = "/admin/posts/new/"
    for action in ("save", "publish", "schedule"):
        visitor.submit(new, f"action={action}", **BAD_POST)
        visitor.submit(new, f"action={action}", title=f"To {action}", body="Text.", published_at="2097-05-06T07:08")
    visitor.submit(
        new, "action=publish", title="New & “Zebra”", body="# Text\n\n![](x.png)", tags='Rivers, "a, b", New'
    )
    visitor.submit(new, "action=publish", title="Rivers", slug="rivers", body="Taken.")
    visitor.submit(new, "action=publish", title="A new page", slug="page-2", kind="page", body="Text.", unlisted="on")
    number = number_of(visitor, "zebra")
    place = f"/admin/posts/{number}/"
    visitor.submit(place, "action=save", title="Not shown yet", body="Other *words*.")
    visitor.ask(f"{place}differences/?before=public")
    visitor.submit(place, "action=discard")
    visitor.submit(place, "action=publish", body="A correction.", minor="on")
    visitor.submit(place, "action=publish", slug="moved", body="At another address.")
    visitor.submit(place, "action=link", body="With a secret link.")
    visitor.submit(place, "action=unlink")
    visitor.submit(place, "action=save", version="1", title="Overtaken", body="By another window.")
    visitor.submit(place, "action=publish", **BAD_POST)
    visitor.submit(place, "action=publish", title="x", body="b" * 600_000)
    visitor.submit(place, "action=unpublish")
    visitor.submit(place, "action=delete", body="Unsaved words.")
    visitor.ask(place)
    visitor.submit(place, "action=undelete")
    visitor.submit(place, "action=publish", published_at="2024-05-06T07:08")
    visitor.submit(f"/admin/posts/{number_of(visitor, 'scheduled')}/", "action=unpublish")
    visitor.submit(f"/admin/posts/{number_of(visitor, 'letter')}/", "action=delete")
    visitor.submit("/admin/?show=deleted", "Undelete “Deleted”")
    revisions(visitor, place)


def revisions(visitor: Visitor, place: str) -> None:
    """Look at what a post said before, compare, and restore."""
    text = visitor.ask(f"{place}revisions/")[1].text
    numbers = re.findall(r"before=(\d+)", text)
    visitor.ask(f"{place}differences/?before={numbers[-1]}&after={numbers[0]}")
    visitor.ask(f"{place}differences/?before={numbers[0]}&after={numbers[-1]}")
    visitor.submit(f"{place}revisions/", "Restore the revision saved then")
    for query in (
        "differences/?before=999999",
        "differences/?before=x",
        "differences/",
        "revisions/?before=2",
        "revisions/?before=x",
    ):
        visitor.ask(f"{place}{query}")
    visitor.submit(f"{place}differences/?before={numbers[-1]}", "Restore the older one")
    for number in ("999999", "x", ""):
        post(visitor, f"{place}revisions/", {"revision": number})
    for path in (
        "/admin/posts/999999/",
        "/admin/posts/x/",
        "/admin/posts/999999/revisions/",
        "/admin/posts/0/differences/",
    ):
        visitor.ask(path)
    post(visitor, "/admin/posts/999999/", {"title": "Words", "body": "of a post that is no more", "action": "save"})
    post(visitor, "/admin/posts/999999/undeletion/", {})
    post(visitor, f"{place}undeletion/", {})


def use_scripts(visitor: Visitor, outside: str) -> None:
    """Ask what the writing page asks while one writes."""
    fields = {
        "title": "Autosaved",
        "body": "Some *words*.[^1]\n\n[^1]: A note.\n\n![](http://elsewhere.example/x.png)",
        "auto": "1",
    }
    saved = post(visitor, "/admin/posts/autosave/", {**fields, "guid": "55555555-5555-4555-8555-555555555555"})
    number = (re.search(r'"post": ?(\d+)', saved[1].text) or ["", "0"])[1]
    for values in (
        {"version": "1", "body": "More."},
        {"version": "1", "body": "From another window."},
        {"version": "99"},
    ):
        post(visitor, "/admin/posts/autosave/", {**fields, "post": number, **values})
    post(visitor, "/admin/posts/autosave/", {**fields, "post": number, "version": "2", "language": "klingon language"})
    post(visitor, "/admin/posts/autosave/", {**fields, "post": "999999"})
    post(visitor, "/admin/posts/autosave/", BAD_POST)
    for path in ("/admin/posts/preview/live/", "/admin/posts/looks/", "/admin/posts/preview/"):
        for more in (
            {},
            {"post": number},
            {"kind": "page", "language": "ar", "tags": "نهر", "cover": "/media/none.png"},
            BAD_POST,
        ):
            post(visitor, path, {**fields, **more})
        post(visitor, path, fields, Accept="text/html")
    post(visitor, "/admin/posts/markdown/", {"html": PASTED})
    post(visitor, "/admin/posts/markdown/", {"html": PASTED_FROM_OFFICE})
    post(visitor, "/admin/posts/markdown/", {"html": ""})
    picture = {**fields, "body": f"![Far](http://{outside}/far.png) and ![near](http://{outside}/missing.png)"}
    post(visitor, "/admin/posts/new/copies/", picture, Accept="text/html")
    post(visitor, f"/admin/posts/{number}/copies/", {**picture, "version": "1"}, Accept="text/html")
    post(visitor, f"/admin/posts/{number}/copies/", BAD_POST, Accept="text/html")
    for query in ("", "?q=r", "?q=%D0%B3", "?q=zz"):
        visitor.ask(f"/admin/tags/names/{query}", headers=JSON, kind="scripts' request")
    for query in ("", "?q=river", "?page=2", "?show=unused"):
        visitor.ask(f"/admin/media/{query}", headers=JSON, kind="scripts' request")
