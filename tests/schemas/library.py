"""The library that every one of these blogs was made from: a text of each kind, small enough to be read."""

from pathlib import Path

RIVERS = """---
title: On rivers
slug: rivers
date: 2020-02-29T23:30:00Z
updated: 2021-07-01T08:00:00Z
author: Bo Lind
tags: [Rivers, Города, C++, "C#"]
aliases: [/2020/02/rivers.html, /old/rivers/]
cover: river.png
summary: "Two towns & one <bridge>."
guid: 11111111-1111-4111-8111-111111111111
---

A river has *two* banks.[^names] See [the other side](/posts/nahr/).

![A river](river.png "From the west")

## Towns

| Town | Bridges |
|:-----|--------:|
| Arle | 2       |

```python
print("<flow>")
```

[^names]: And two names.
"""
NAHR = """---
title: "أحاديث على ضفة النهر"
slug: nahr
date: 2021-03-28T01:30:00Z
lang: ar
tags: [نهر, Rivers]
guid: 22222222-2222-4222-8222-222222222222
---

على الضفة سوق قديم.[^1]

[^1]: سجلات البلدية.
"""
QUOTED = """---
title: |
  “Quoted” & <b>bold</b>,
  it's "here" \U0001f30a
slug: quoted
date: 1969-07-20T20:17:40Z
tags: ["it's \\"said\\"", हिन्दी]
canonical_url: https://elsewhere.example/quoted?a=1&b=2
guid: 33333333-3333-4333-8333-333333333333
---

Before the epoch, with 'single', "double" and “curly” marks; a\\
line break; नमस्ते.
"""
FOREIGN = """---
title: Pictures of others
slug: foreign
date: 2022-10-30T00:30:00Z
tags: [Rivers]
author: Bo Lind
guid: 44444444-4444-4444-8444-444444444444
---

![Far away](https://elsewhere.example/far.png)

- [x] asked
- [ ] answered

> A river signs nothing.
"""
OTHERS = {
    "about": ("kind: page", "2019-01-01T00:00:00Z", "Who writes here."),
    "unlisted": ("unlisted: true\ntags: [Rivers]", "2022-01-01T00:00:00Z", "Only for those who have the address."),
    "scheduled": ("tags: [Later]", "2026-06-01T06:00:00Z", "Not yet."),
    "draft": ("draft: true\ntags: [Never]", "", "Not at all."),
    "deleted": ("tags: [Rivers]", "2022-02-02T00:00:00Z", "Taken away."),
    "renamed": ("tags: [Letters]", "2022-03-03T00:00:00Z", "Under another address."),
    "edited": ("tags: [Letters]", "2022-04-04T00:00:00Z", "As it was."),
    "copied": ("tags: [Letters]", "2022-05-05T00:00:00Z", "What readers see."),
    **{
        f"letter-{number}": ("tags: [Letters]", f"2023-0{number}-01T12:00:00Z", f"Letter {number}.")
        for number in range(1, 6)
    },
}  # fmt: skip
# The texts that readers must not find, and where they would be.
HIDDEN = ("/posts/scheduled/", "/posts/draft/", "/tags/later/", "/tags/never/")


def write(folder: Path) -> None:
    """Write the library; its one picture, too, which is alike whatever made it."""
    from PIL import Image

    Image.new("RGB", (600, 400), "teal").save(folder / "river.png")
    for name, text in {"rivers": RIVERS, "nahr": NAHR, "quoted": QUOTED, "foreign": FOREIGN}.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    for place, (name, (more, date, body)) in enumerate(OTHERS.items()):
        when = f"date: {date}\n" if date else ""
        guid = f"guid: 55555555-5555-4555-8555-{place:012}"
        head = f"title: {name.capitalize().replace('-', ' ')}\nslug: {name}\n{when}{more}\n{guid}"
        (folder / f"{name}.md").write_text(f"---\n{head}\n---\n\n{body}\n", "utf-8")
