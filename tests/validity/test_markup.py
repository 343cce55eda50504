"""Every page and style sheet is as HTML and CSS want it: the Nu HTML Checker finds no error and warns of nothing."""

import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from blog import config
from blog.commands import open_app
from tests.validity import checker, collecting
from tests.validity.checker import Remark
from tests.validity.collecting import Collection
from tests.world import SITE_URL, Blog

pytestmark = pytest.mark.slow
# What the checker's tables do not know yet -> why it is right. What is found no more is to be taken away here.
UNKNOWN = {
    r"Property “field-sizing” doesn't exist": "CSS Basic User Interface 4; fields grow with their words",
    r"Property “container-type” doesn't exist": "CSS Conditional Rules 5; see the next",
    r"Unrecognized at-rule “@container”": "CSS Conditional Rules 5; columns where a part has room for them",
    r"“container”: Parse Error": "the same, within another rule",
    r"“(--window|padding)”: Parse Error.*(cqi|\* var\(--gutter\))": "the unit cqi, of the same",
    r"Unrecognized at-rule “@property”": "CSS Properties and Values 1; a length that is reckoned where it is set",
    r"Unrecognized at-rule “@view-transition”|tion-group\(root\)": "CSS View Transitions 2",
    r"“background”: Cannot invoke .*CssValue": "the checker falls over color-mix() within light-dark()",
    r"Bad value “feed:http": "feed:https://… is how the scheme's draft writes an address; other schemes may so too",
}
# What authors may write of themselves, in tests/golden -> why it is let be.
WRITTEN = {
    r"The heading “h6” .* skipping": "a level that an author skipped; the writing page tells",
    r"Empty heading": "a heading in which an author wrote nothing",
    r"Table column 2 established by element “td” has no cells": "a cell as wide as two, above no others",
}


@pytest.fixture
def pages(tmp_path: Path, full_blog: Path, blog: Blog, tomorrow: datetime) -> Collection:
    """All pages, style sheets and drawings: of a new blog, and of one that has everything."""
    kept = Collection(tmp_path / "pages")
    collecting.empty(kept, blog)
    collecting.authors(kept, blog, tomorrow)
    folder = tmp_path / "full"
    shutil.copytree(full_blog, folder)
    with open_app(config.load(folder, environ={}, site_url=SITE_URL)) as app:
        whole = Blog(app, folder)
        collecting.readers(kept, whole)
        collecting.files(kept, whole)
        collecting.broken(kept, whole)
    return kept


def _known(remark: Remark) -> bool:
    known = [*UNKNOWN, *WRITTEN] if remark.file.startswith("golden") else [*UNKNOWN]
    return any(re.search(one, str(remark)) for one in known)


def test_the_checker_finds_nothing(pages: Collection) -> None:
    found = checker.remarks(pages.folder)
    wrong = [str(one) for one in found if not _known(one)]
    assert not wrong, "\n".join(wrong)
    for known in (*UNKNOWN, *WRITTEN):
        assert any(re.search(known, str(one)) for one in found), f"no longer found: {known}"
