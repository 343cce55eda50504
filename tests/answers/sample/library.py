"""Folders of Markdown to import: one that is good and has a text of each kind, and one in which each text is wrong."""

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

TEXTS = Path(__file__).resolve().parent / "texts"
# Stands in the texts for the server that pictures are copied from.
OUTSIDE = "OUTSIDE"
LETTER = """---
title: Letter {number}
date: 2021-{month:02}-{day:02}T08:00:00Z
tags: [Letters{more}]
author: {author}
---

The letter with the number {number}, about a river and a bridge.
"""
ENTRY = """---
title: Entry {number}
date: 2020-{month:02}-{day:02}
---

An entry of the year.
"""

# Feeds and pages of another site, for `feed check`: some with faults that a subscriber would meet.
FEEDS = {
    "feed.xml": """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Elsewhere</title><link>https://elsewhere.example/</link><description>A</description>
<item><title>One</title><link>/one/</link><guid isPermaLink="false">1</guid><pubDate>yesterday</pubDate>
<description>&lt;p&gt;Text &lt;a href="/relative/"&gt;a&lt;/a&gt;&lt;/p&gt;</description></item>
<item><title></title><link>https://elsewhere.example/two/</link><guid>1</guid>
<pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate></item></channel></rss>
""",
    "atom.xml": """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Elsewhere</title><id>nowhere</id><updated>2024-01-01</updated>
<link rel="self" href="https://elsewhere.example/atom.xml"/><entry><title>One</title><id>1</id>
<link rel="alternate" href="https://elsewhere.example/one/"/><updated>2031-01-01T00:00:00Z</updated>
<content type="html">&lt;p&gt;Text&lt;/p&gt;</content></entry></feed>
""",
    "feed.json": '{"version": "https://jsonfeed.org/version/1.1", "title": "Elsewhere", "items": [{"id": 1}]}',
    "broken.xml": "<?xml version='1.0'?>\n<rss><channel></rss>\n",
    "broken.json": '{"version": ',
    "doctype.xml": "<?xml version='1.0'?>\n<!DOCTYPE rss [<!ENTITY a 'b'>]>\n<rss><channel/></rss>\n",
    "other.xml": "<?xml version='1.0'?>\n<other/>\n",
    "page.html": '<!doctype html><link rel="alternate" type="application/rss+xml" href="/feed.xml">',
    "empty.html": "<!doctype html><title>No feed</title>",
}


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    """Return the bytes of a picture with a gradient and a line."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    ImageDraw.Draw(image).line((0, 0, width, height), fill=90 if mode in ("L", "CMYK") else "teal", width=5)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def turned() -> Image.Exif:
    """Return what a camera writes that was held upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera"
    return exif


def moving_picture() -> bytes:
    """Return the bytes of a GIF with three frames."""
    frames = [Image.new("P", (60, 40), colour) for colour in (10, 80, 200)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=200, loop=0)
    return out.getvalue()


def write_good(folder: Path, outside: str, *, letters: int = 0, entries: int = 0) -> None:
    """Write the texts and their pictures; besides, letters (by two authors) and entries of one year, for long lists."""
    for file in sorted(TEXTS.rglob("*.md")):
        _write(folder / file.relative_to(TEXTS), file.read_text("utf-8").replace(OUTSIDE, outside))
    _write(folder / "river.jpg", picture(1600, 1000, "JPEG"))
    _write(folder / "trip" / "moving.gif", moving_picture())
    _write(folder / "static" / "images" / "badge.png", picture(600, 400, mode="RGBA"))
    _write(folder / "long.md", _long_text())
    for number in range(1, letters + 1):
        author = "Ana Ríos" if number % 3 else "Bo Lind"
        more = ", Rivers" if number % 2 else ""
        text = LETTER.format(number=number, month=number % 12 + 1, day=number % 27 + 1, more=more, author=author)
        _write(folder / "letters" / f"letter-{number}.md", text)
    for number in range(1, entries + 1):
        text = ENTRY.format(number=number, month=number % 12 + 1, day=number % 28 + 1)
        _write(folder / "entries" / f"entry-{number}.md", text)


def write_bad(folder: Path) -> None:
    """Write texts that cannot be imported, each for a reason of its own, and one that can."""
    texts: dict[str, str | bytes] = {
        "alias.md": "---\ntitle: Alias\ndate: 2024-01-01\naliases: ['nowhere', '//elsewhere/x']\n---\nText.\n",
        "binary.md": b"---\ntitle: Binary\n---\nText\0.\n",
        "date.md": "---\ntitle: Date\ndate: the day before yesterday\n---\nText.\n",
        "empty.md": "",
        "encoding.md": "---\ntitle: Encoding\n---\nÄrger.\n".encode("latin-1"),
        "expired.md": "---\ntitle: Expired\nexpiryDate: 2020-01-01\n---\nText.\n",
        "good.md": "---\ntitle: Good\ndate: 2024-01-01\nslug: good\n---\nText.\n",
        "guid.md": "---\ntitle: Guid\nguid: tag:elsewhere.example,1969:1\n---\nText.\n",
        "language.md": "---\ntitle: Language\nlang: klingon language\n---\nText.\n",
        "list.md": "---\n- one\n- two\n---\nText.\n",
        "long-title.md": f"---\ntitle: {'long ' * 120}\n---\nText.\n",
        "picture.md": "---\ntitle: Picture\n---\n\n![Missing](missing.png)\n",
        "slug.md": "---\ntitle: Slug\nslug: 'A slug with / and ?'\n---\nText.\n",
        "status.md": "---\ntitle: Status\nstatus: nearly\n---\nText.\n",
        "title.md": "---\ndate: 2024-01-01\n---\nText.\n",
        "toml.md": "+++\ntitle = Toml\n+++\nText.\n",
        "truth.md": "---\ntitle: Truth\ndraft: perhaps\n---\nText.\n",
        "twice-1.md": "---\ntitle: Twice\nslug: twice\ndate: 2024-01-01\n---\nText.\n",
        "twice-2.md": "---\ntitle: Twice\nslug: twice\ndate: 2024-01-01\n---\nText.\n",
        "unclosed.md": "---\ntitle: Unclosed\n\nText.\n",
        "yaml.md": "---\ntitle: [Yaml\n---\nText.\n",
    }
    for name, text in texts.items():
        _write(folder / name, text)


def _long_text() -> str:
    parts = ["---\ntitle: A long text\nslug: long\ndate: 2024-09-01\ntags: [Guide]\n---\n"]
    for number in range(1, 9):
        parts.append(f"## Part {number}\n\n" + f"The part with the number {number} says the same again. " * 30)
        parts.append(f"### Of part {number}\n\nA sentence.[^{number}]\n\n[^{number}]: A note to it.")
    return "\n\n".join(parts)


def _write(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
