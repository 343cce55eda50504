"""Differences between the two checkouts that are on purpose, each with its reason. All others are faults.

An entry replaces text in the other checkout's answer before it is compared with ours. It is used only where the two
differ; one that was not used in a run is reported, and should go.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """A difference: `before` (a regular expression) in the other checkout's answer is `after` in ours.

    `where` is a regular expression for the kind and the question, as differences are headed: `page GET /about/`.
    """

    where: str
    before: str
    after: str
    reason: str

    def apply(self, heading: str, text: str) -> str:
        """Return the other checkout's text as it should be here."""
        return re.sub(self.before, self.after, text) if re.fullmatch(self.where, heading) else text


EXPECTED: tuple[Expected, ...] = (
    Expected(
        where="database .*: schema",
        before=r"(saved_by INTEGER)( REFERENCES person \(id\) ON DELETE SET NULL)(.*) \);",
        after=r"\1\3, FOREIGN KEY(saved_by)\2 );",
        reason="The tables are made at once, no longer by adding columns: a reference stands in another place.",
    ),
)
