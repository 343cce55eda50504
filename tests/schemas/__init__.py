"""One small, rich blog as each released schema kept it, for the tests of upgrades.

Each was made and read by the code of its time: `python -m tests.schemas NUMBER` finds that code in the history of
this checkout, and writes `tests/golden/schemas/NUMBER.sql` (the database) and, where readers saw something else than
with the schema before, `NUMBER.json` (what they saw).
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "schemas"
# These came together with 0008, in one change: no blog was ever left at them.
NEVER_LAST = {"0005", "0006", "0007"}


def database(number: str) -> str:
    """The SQL that makes the blog as a schema kept it."""
    return (FOLDER / f"{number}.sql").read_text("utf-8")


def kept() -> list[str]:
    """The schemas of which there is a blog, oldest first."""
    return sorted(file.stem for file in FOLDER.glob("*.sql"))


def seen_then(number: str) -> Any:
    """What readers saw of the blog when that schema was the newest; see seen.py."""
    told = max(file for file in FOLDER.glob("*.json") if file.stem <= number)
    return json.loads(told.read_text("utf-8"))
