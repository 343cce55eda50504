"""A sample blog with one page of each kind, for tests of pages."""

from pathlib import Path

from blog import config
from blog.commands import open_app
from blog.core.media import library
from blog.core.site.settings import configure_all
from tests.world import picture, run, write

# Each page of a reader, with its status.
PAGES = {
    "/": 200,
    "/page/2/": 200,
    "/posts/diplomatic-relations/": 200,
    "/posts/writing-in-markdown/": 200,
    "/posts/river/": 200,
    "/posts/nahr/": 200,
    "/about/": 200,
    "/tags/": 200,
    "/tags/guide/": 200,
    "/tags/letters/page/2/": 200,
    "/archive/": 200,
    "/archive/2026/": 200,
    "/archive/2019/": 200,
    "/authors/bo-lind/": 200,
    "/subscribe/": 200,
    "/search/": 200,
    "/search/?q=river": 200,
    "/search/?q=zyzzyva": 200,
    "/share/mastodon/?post=river": 200,
    "/share/mastodon/?post=river&server=no": 422,
    "/share/mastodon/?post=river&server=mastodon.social": 200,
    "/nothing-here/": 404,
    "/posts/taken-away/": 410,
}
RIVER = """---
title: "The River & Its “Two” Banks"
slug: river
date: 2026-01-24T08:00:00Z
author: Bo Lind
tags: [Rivers, Guide, Города]
cover: river.jpg
summary: "Two towns, one river, and the bridge that they share – most of the time."
---

The river has two banks, and each of them has a name for the other.[^names] This is about *both*.

![A teal river](river.jpg "The river, from the **west**")

## Where it rises

The source is a spring that a child could step over.[^spring]
See [the essay](/posts/diplomatic-relations/) on what came of it.

> A river does not sign treaties.

![The same river](river.jpg "Wider than the text"){.wide}

### The first mile

| Town | Bank | Bridges |
|:-----|:----:|--------:|
| Arle | west | 2       |
| Ober | east | 2       |

![Half of it](river.jpg "Half the measure"){width=50%}

## Where it goes

<div class="poem" lang="la">

Panta rhei,\\
they say.

</div>

![From edge to edge](river.jpg){.full}

https://www.youtube.com/watch?v=abc123

```python
def flow(river: str) -> str:
    return f"{river} flows"
```

[^names]: Neither is printable. The [archive](/archive/) has them.
[^spring]: Measured in a dry year.
"""
NAHR = """---
title: "أحاديث على ضفة النهر"
slug: nahr
date: 2026-01-23T08:00:00Z
tags: [Rivers]
summary: "حين تجلس مدينتان على ضفتي نهر واحد، يصير الجسر سؤالا كل يوم."
lang: ar
---

على الضفة الشرقية سوق قديم، وعلى الغربية مصنع زجاج أُغلق منذ عشرين عاما.[^1] وكان الناس يعبرون كل صباح.

## الجسر والسوق

ثم جاءت الخرائط، وفيها [قناة](/archive/) واحدة و`code` من اليسار.

> الماء لا يوقّع على المعاهدات.

![نهر](river.jpg "النهر من الغرب")

- سوق
- جسر

| مدينة | جسور |
|:------|-----:|
| الشرق | ٢ |

[^1]: سجلات البلدية، ١٩٥٢.
"""
LETTER = """---
title: Letter {number}
date: 2019-03-{number:02}T08:00:00Z
tags: [Letters]
---

The letter with the number {number}.
"""
FOLLOW = (
    "Mastodon https://mastodon.social/@bo; Bluesky https://bsky.app/profile/bo.example; E-mail mailto:bo@example.org"
)

LINKS = "; ".join(
    f"{name} /archive/?{number}" for number, name in enumerate("Essays Letters Rivers Города نهر".split())
)
# How an owner may dress the blog, with two logos that are twenty times as wide as high.
LOOK = {"accent": "#0a7d4f", "typeface": "sans", "header_links": LINKS, "footer_links": f"Imprint /imprint/; {LINKS}"}


def dress(instance: Path) -> None:
    """Set the look of a blog: logos, colour, typeface, links above and below."""
    with open_app(config.load(instance, environ={})):
        logos = [
            library.image_file(library.add(picture(1600, 80, colour=colour), instance / "media", "logo.png")).address
            for colour in ("navy", "white")
        ]
        configure_all({**LOOK, "logo": logos[0], "logo_dark": logos[1]})


def fill(instance: Path, folder: Path) -> None:
    """Add the content that the shipped samples lack."""
    write(folder, "river.jpg", picture(1600, 1000, "JPEG"))
    write(folder, "river.md", RIVER)
    write(folder, "nahr.md", NAHR)
    for number in range(1, 29):
        write(folder, f"letter-{number}.md", LETTER.format(number=number))
    _run(instance, "import", str(folder))
    _run(instance, "config", "follow", FOLLOW)
    _run(instance, "config", "tagline", "Essays on rivers, and on what they part")
    _run(instance, "config", "footer", "Written at the waterside.")
    _run(instance, "new", "Taken away", "--publish", "--date", "2026-01-02")
    _run(instance, "delete", "taken-away")


def _run(instance: Path, *arguments: str) -> None:
    result = run(instance, *arguments)
    assert result.status == 0, (arguments, result.err)
