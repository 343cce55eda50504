"""docs/reliability.md is true: each row of its table names tests, and they are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_row_names_tests_that_exist() -> None:
    assert len(ROWS) > 20
    for row in ROWS:
        shown_by = row.rpartition(" | ")[2]
        found = NAMED.findall(shown_by)
        assert found and NAMED.sub("", shown_by).strip(" ,|") == "", row
        for file, name in found:
            assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), (file, name)
