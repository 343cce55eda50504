"""The other forms of authors: pictures, tags, redirects, people, accounts, settings, health."""

import re

from tests.answers.sample import EMAIL, OTHER_EMAIL, PASSWORD, library
from tests.answers.web.authors import BAD_SETTINGS, JSON, post
from tests.answers.web.visitor import Visitor

INVITATION = re.compile(r"/admin/setup/[\w-]+/")


def keep_pictures(visitor: Visitor, outside: str) -> None:
    """Add, describe, delete and bring back pictures; try what is none."""
    place = "/admin/media/"
    pictures = {
        "new.png": library.picture(1300, 700),
        "moving.gif": library.moving_picture(),
        "small.jpg": library.picture(9, 9, "JPEG"),
        "new.webp": library.picture(300, 200, "WEBP"),
        "text.png": b"This is no picture.",
        "cut.jpg": library.picture(90, 90, "JPEG")[:200],
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "empty.png": b"",
        "cmyk.jpg": library.picture(700, 90, "JPEG", mode="CMYK"),
        "grey.png": library.picture(50, 90, mode="L"),
        "turned.jpg": library.picture(90, 50, "JPEG", exif=library.turned()),
        "picture.bmp": library.picture(9, 9, "BMP"),
        "picture.tiff": library.picture(9, 9, "TIFF"),
    }
    for name, data in pictures.items():
        visitor.submit(place, "Upload", {name: data}, alt=f"What {name} shows")
    visitor.submit(place, "Upload", {"one.png": pictures["new.png"], "two.png": b"none"}, alt="Both")
    visitor.submit(place, "Upload", {"new.png": pictures["new.png"]}, alt="a" * 1200)
    for name in ("new.png", "text.png"):
        post(visitor, place, {"alt": "By a script"}, {name: pictures[name]})
    newest = max(int(number) for number in re.findall(r"/admin/media/(\d+)/", visitor.ask(place)[1].text))
    change_picture(visitor, f"{place}{newest}/")
    copy_pictures(visitor, outside)


def change_picture(visitor: Visitor, own: str) -> None:
    """Describe a picture, delete it, bring it back, make it the logo; ask for pictures that are not there."""
    for press, values in (
        ("action=save", {"alt": "Another text"}),
        ("action=save", {"alt": "a" * 1200}),
        ("action=delete", {}),
    ):
        visitor.submit(own, press, **values)
    visitor.submit(own, "action=undelete")
    visitor.submit(own, "action=logo")
    for fields in ({"action": "delete"}, {"action": "save", "alt": "JSON"}, {"action": "undelete"}):
        post(visitor, own, fields)
        post(visitor, own, fields, Accept="text/html")
    used = re.search(r"/admin/media/(\d+)/", visitor.ask("/admin/media/?q=river")[1].text)
    post(visitor, used[0] if used else own, {"action": "delete"}, Accept="text/html")
    visitor.ask(own, headers=JSON, kind="scripts' request")
    for path in ("/admin/media/999999/", "/admin/media/?show=silent", "/admin/media/?q=zzz", "/admin/media/?page=99"):
        visitor.ask(path)


def copy_pictures(visitor: Visitor, outside: str) -> None:
    """Copy pictures from another site, one that has them and some that do not."""
    for address in (
        f"http://{outside}/far.png",
        f"http://{outside}/missing.png",
        "http://127.0.0.1:1/x.png",
        "nowhere",
        "",
    ):
        post(visitor, "/admin/media/copies/", {"address": address})
        post(visitor, "/admin/media/copies/", {"address": address}, Accept="text/html")


def change_tags(visitor: Visitor) -> None:
    """Rename, merge and delete tags."""
    text = visitor.ask("/admin/tags/")[1].text
    tags = {name: f"/admin/tags/{number}/" for number, name in re.findall(r'href="/admin/tags/(\d+)/">([^<]+)<', text)}
    for values in (
        {"name": "", "slug": ""},
        {"name": "Rivers"},
        {"name": "Guidance", "slug": "rivers"},
        {"slug": "../"},
        {"name": "Guidance"},
    ):
        visitor.submit(tags["Guide"], "Rename", **values)
    for into in ("", "No such tag", "Guidance", "Journeys"):
        visitor.submit(tags["Guide"], "Merge", into=into)
    visitor.submit(f"{tags['Letters']}removal/", "Delete")
    for path in (tags["Guide"], tags["Letters"], "/admin/tags/999999/", "/admin/tags/999999/removal/", "/admin/tags/"):
        visitor.ask(path)
    post(visitor, tags["Rivers"], {"action": "nonsense"})
    for path in (
        "/tags/",
        "/tags/guide/",
        "/tags/guidance/",
        "/tags/guide/feed.xml",
        "/tags/letters/",
        "/tags/letters/atom.xml",
    ):
        visitor.ask(path)


def change_redirects(visitor: Visitor) -> None:
    """Add redirects, refuse bad ones, remove one."""
    place = "/admin/redirects/"
    for source, target in (
        ("", ""), ("nowhere", "/about/"), ("/new-old/", "nowhere"), ("/", "/about/"), ("/feed.xml", "/atom.xml"),
        ("/admin/x", "/about/"), ("/posts/rivers/", "/about/"), ("/media/x.png", "/about/"), ("/a", "/a"),
        ("/new-old/", "https://essays.example/posts/rivers/"), ("/новый/", "/about/"), ("/?p=12", "/about/"),
        ("https://essays.example/whole/", "https://elsewhere.example/"), ("/chain", "/new-old/"),
    ):  # fmt: skip
        visitor.submit(place, "Add", source=source, target=target)
    visitor.submit(place, "Add", source="/all-gone/", leads="gone", target="")
    for query in ("?q=/old", "?q=/zzz", "?q=/&after=/m"):
        visitor.ask(f"{place}{query}")
    post(visitor, place, {"action": "remove", "row": "/all-gone/"}, Accept="text/html")
    post(visitor, place, {"action": "remove", "row": "/all-gone/"})
    post(visitor, place, {"action": "nonsense"})
    for path in (
        "/new-old/",
        "/new-old",
        "/%D0%BD%D0%BE%D0%B2%D1%8B%D0%B9/",
        "/?p=12",
        "/whole/",
        "/chain",
        "/all-gone/",
    ):
        visitor.ask(path)


def invite(visitor: Visitor, guests: Visitor) -> None:
    """Invite somebody, who makes an account; take an invitation back; remove somebody."""
    place = "/admin/people/"
    for name, email in (("", ""), ("Dee", "nobody"), ("Dee", EMAIL), ("n" * 200, "")):
        visitor.submit(place, "Make the invitation", name=name, email=email)
    replies = visitor.submit(place, "Make the invitation", name="Dee Fox", email="dee@example.org")
    links = [(INVITATION.search(each[-1].text) or [""])[0] for each in replies]
    guests.ask(links)
    for email, password in (
        ("dee", PASSWORD),
        ("dee@example.org", "short"),
        (EMAIL, PASSWORD),
        ("dee@example.org", PASSWORD),
    ):
        guests.submit(links, "Make the account", name="Dee Fox", email=email, password=password)
    guests.ask(links)
    guests.ask("/admin/people/")
    guests.ask("/admin/people/1/removal/")
    visitor.submit(place, "Make the invitation", name="Eve", email="")
    visitor.submit(place, "action=revoke")
    post(visitor, place, {"action": "revoke", "invitation": "nothing"})
    post(visitor, place, {"action": "nonsense"})
    for number in (1, 2, 999):
        visitor.ask(f"{place}{number}/removal/")
    visitor.submit(f"{place}4/removal/", "Remove")
    guests.ask("/admin/")


def change_account(visitor: Visitor, others: Visitor) -> None:
    """Change name, address and password, with mistakes; end sessions."""
    place = "/admin/account/"
    others.submit("/admin/sign-in/", "Sign in", email=EMAIL, password=PASSWORD)
    for values in (
        {"name": ""},
        {"email": "nobody"},
        {"email": OTHER_EMAIL, "current": PASSWORD},
        {"email": "an@example.org", "current": "wrong"},
        {"name": "Ana R."},
        {"email": "an@example.org", "current": PASSWORD},
    ):
        visitor.submit(place, "action=profile", **values)
    for current, password in (("wrong", PASSWORD), (PASSWORD, "short"), (PASSWORD, "nine quiet rivers")):
        visitor.submit(place, "action=password", current=current, password=password)
    others.ask(place)
    others.submit("/admin/sign-in/", "Sign in", email="an@example.org", password="nine quiet rivers")
    visitor.submit(place, "action=end")
    post(visitor, place, {"action": "end", "session": "nothing"})
    post(visitor, place, {"action": "end-others"})
    post(visitor, place, {"action": "nonsense"})


def change_settings(visitor: Visitor) -> None:
    """Change settings, with every mistake at once; look at what readers see of them."""
    place = "/admin/settings/"
    visitor.submit(place, "Save", **BAD_SETTINGS)
    visitor.submit(place, "Save")
    good = {
        "title": "Bridges", "language": "de", "timezone": "Asia/Kolkata", "accent": "#f0e68c", "typeface": "oldstyle",
        "networks": "mastodon, email", "header_links": "", "footer_links": "", "follow": "", "foreign_media": "on",
        "logo": "", "fediverse": "", "atproto_did": "", "security_contact": "https://essays.example/imprint/",
    }  # fmt: skip
    visitor.submit(place, "Save", **good)
    for path in (
        "/",
        "/posts/foreign/",
        "/posts/rivers/",
        "/archive/2024/",
        "/.well-known/security.txt",
        "/.well-known/atproto-did",
        "/admin/style/",
    ):
        visitor.ask(path)


def look_after(visitor: Visitor) -> None:
    """Look at the blog's health, have mended what is safe, and leave; then guess passwords until that is too often."""
    visitor.ask("/admin/doctor/")
    visitor.submit("/admin/doctor/", "Mend what is safe")
    visitor.submit("/admin/", "Sign out")
    visitor.ask("/admin/")
    for number in range(11):
        visitor.submit("/admin/sign-in/", "Sign in", email=f"nobody{number}@example.org", password="wrong words")
