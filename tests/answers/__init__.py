"""Compare two checkouts of Broadsheet by their answers: pages, feeds, Markdown, files, forms and command output.

`python -m tests.answers OTHER_CHECKOUT` (or `make answers FROM=OTHER_CHECKOUT`) asks this checkout and another one the
same questions and compares the answers byte for byte. It knows both through their commands and over HTTP only: nothing
here imports `blog`, so modules and functions may have any names on either side. Three parts are compared:

1. `commands`: the help of every command, and the same command lines from an empty folder on (`commands/script.py`).
2. `start`: `serve` in an empty folder, the setup link, the sample posts (`web/first_start.py`).
3. `rich`: both serve a copy of one rich blog that the other checkout made (`sample/build.py`); readers, their programs,
   and authors ask for everything in it (`web/readers.py`, `web/authors.py`, `web/forms.py`).

`normalize.py` names the rules for what is random or depends on the time; `expected.py` lists the differences that are
on purpose.
"""
