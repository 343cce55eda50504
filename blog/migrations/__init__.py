"""Numbered Alembic migrations, in `versions/`.

`HEAD` is the newest and `FIRST` the oldest: they stand here so that a start need not import Alembic. Tests add a folder
with a step of their own to `FOLDERS`.
"""

from pathlib import Path

HEAD = "0011"
FIRST = "0011"
FOLDERS = [Path(__file__).resolve().parent / "versions"]
# The last commit that upgrades schemas before FIRST. No release had them.
UPGRADES_OLDER = "4adb81adc3c89741fd4e9b28d6716f815c135c14"
