"""`python -m tests.answers OTHER_CHECKOUT` compares that checkout with this one.

Exit status 1 if anything differs that `expected.py` does not name, or if something is named there that does not differ;
2 if the comparison cannot be made.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.answers import coverage
from tests.answers.checkout import Checkout, Unusable
from tests.answers.commands import run as commands
from tests.answers.compare import Comparison
from tests.answers.expected import Expected
from tests.answers.sides import Sides, open_sides
from tests.answers.web import first_start, rich
from tests.answers.web.visitor import Question

PARTS = ["commands", "start", "rich"]
HERE = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Compare all parts, or those that are asked for; print the differences and the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.answers", description=__doc__)
    parser.add_argument("other", type=Path, help="the other checkout, with its own .venv")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part")
    parser.add_argument("--show", type=int, default=60, metavar="N", help="show so many differences (60)")
    options = parser.parse_args(arguments)
    other, ours, parts = Checkout(options.other.resolve()), Checkout(HERE), options.part or PARTS
    try:
        other.check()
        ours.check()
        with open_sides(other, ours) as sides:
            failures = run(sides, parts)
    except Unusable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # What a part that was not run, or not to its end, would have shown is not missing.
    unused = sides.comparison.unused if parts == PARTS and not failures else []
    sys.stdout.write(report(sides.comparison, unused, options.show))
    sys.stderr.writelines(f"{failure}\n" for failure in failures)
    return 2 if failures else 1 if sides.comparison.differences or unused else 0


def run(sides: Sides, parts: list[str]) -> list[str]:
    """Run the parts one after the other, and say how long each takes; return why some did not come to their end."""
    options, failures = commands.compare_help(sides), list[str]()
    lines, questions = list[str](), list[Question]()
    for part in parts:
        began = time.monotonic()
        try:
            if part == "commands":
                lines += commands.compare_script(sides)
            elif part == "start":
                questions += first_start.compare_first_start(sides)
                lines += [first_start.SERVE, *first_start.AFTERWARDS]
            else:
                questions += rich.compare_rich_blog(sides)
        except (Unusable, LookupError, ValueError) as error:  # a page or an answer is not what the next question needs
            failures.append(f"The part “{part}” broke off: {type(error).__name__}: {error}")
        sys.stderr.write(f"{part}: {time.monotonic() - began:.0f} seconds\n")
    if parts == PARTS and not failures:
        routes = coverage.read_routes(sides.ours.checkout, sides.ours.folder / "forks" / "first")
        sys.stdout.write(f"{coverage.report(routes, questions, options, lines)}\n\n")
    return failures


def report(comparison: Comparison, unused: list[Expected], most: int) -> str:
    """Return the first differences, the entries of `expected.py` that were not used, and the table."""
    lines = [str(each) for each in comparison.differences[:most]]
    if len(comparison.differences) > most:
        lines.append(f"... {len(comparison.differences) - most:,} more differences")
    lines += [f"Expected, and not there: {each.before!r} as {each.after!r} ({each.reason})" for each in unused]
    return "\n".join([*lines, *([""] if lines else []), comparison.table(), ""])


if __name__ == "__main__":
    sys.exit(main())
