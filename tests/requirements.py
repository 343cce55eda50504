"""Requirements of tests: programs that not every machine has."""

import os
from typing import NoReturn

import pytest


def skip_without(what: str) -> NoReturn:
    """Skip the test, with a sentence; where all was installed for it (`.ci/run`), it has failed."""
    if os.environ.get("BROADSHEET_GATES"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
