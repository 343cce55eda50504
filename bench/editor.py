"""Edit one article every second, in a process of its own.

Prints `<serial> <monotonic time> <seconds>` after each edit has returned; the clock is the same for all processes.
"""

import sys
import time
from pathlib import Path

from bench import library
from blog import config
from blog.commands import open_app
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.posts import query

MARK = "edition"


def main() -> None:
    """`python -m bench.editor INSTANCE EDITS`."""
    instance, edits = Path(sys.argv[1]), int(sys.argv[2])
    with open_app(config.load(instance, environ={}, site_url=library.SITE_URL)):
        post = query.find(library.MEASURED_SLUG, whole=True)
        post_id, body = post.id, post.body
        start = time.monotonic()
        for serial in range(1, edits + 1):
            time.sleep(max(0.0, start + serial - time.monotonic()))
            title = f"{library.MEASURED_TITLE}, {MARK} {serial}"
            began = time.monotonic()
            publish.edit(post_id, Fields(title=title, body=f"This is {MARK} {serial}.\n\n{body}"))
            done = time.monotonic()
            sys.stdout.write(f"{serial} {done!r} {done - began!r}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
