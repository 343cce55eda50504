"""A schema that only tests know: the newest one and one step more, to which a blog of this code is an older one.

`python -m tests.later_schema` is `broadsheet` with that schema.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from blog import migrations

OLDER, LATER = migrations.HEAD, "9999"
STEPS = Path(__file__).resolve().parent / "versions"


@contextmanager
def later_schema(steps: Path = STEPS) -> Iterator[None]:
    """The blog's code has the step in that folder, too."""
    with mock.patch.multiple(migrations, HEAD=LATER, FOLDERS=[*migrations.FOLDERS, steps]):
        yield
