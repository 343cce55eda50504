"""Look at a page as many readers would, in one visit, and collect what is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.browser.conftest import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = {"small phone": (320, 640), "phone": (375, 740), "tablet": (768, 1024), "desktop": (1440, 900)}
# How readers change a page: the size of the font, and whether letters, words and lines stand further apart.
CHANGES = {"as it is": ("", False), "with a doubled font": ("200%", False), "widely spaced": ("", True)}
# What axe is asked for, once in each theme and width: all of its rules, and then those that depend on looks. Contrast,
# which takes it longest, `faint` measures in all four.
OF_LOOKS = ["link-in-text-block", "scrollable-region-focusable", "target-size"]
AXE = {("light", 1280): None, ("dark", 320): OF_LOOKS}
# The same of what authors see, whose contrast nothing else measures: theme, width, rules.
LOOKS = (("light", 1280, None), ("dark", 320, ["color-contrast", *OF_LOOKS]))
EVERYWHERE = ("wider", "overlaps", "cut", "scrollers")


class Look:
    """A page, and what was found wrong with it."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.wrong: list[str] = []
        self.when = ""

    @contextmanager
    def seen(self, when: str, width: int = 1280, height: int = 900, **media: str) -> Iterator[None]:
        """The page in a window of this size, by a reader who wants it so."""
        usual = {"color_scheme": "light", "forced_colors": "none", "contrast": "no-preference", "media": "screen"}
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(**{"reduced_motion": "reduce", **usual, **media})  # type: ignore[arg-type]
        self.when = f"{when}, {width} px"
        yield

    def ask(self, *checks: str) -> None:
        """Ask for what is wrong: names of checks of checks.js, with arguments or without."""
        calls = ", ".join(check if check.endswith(")") else f"{check}()" for check in checks)
        found = self.page.evaluate(f"(() => {{ const {{ {_names(checks)} }} = checks; return [{calls}].flat(); }})()")
        self.wrong += [f"{self.when}: {one}" for one in found]

    def widths(self, *sizes: str) -> None:
        """In these widths, or all, with every change, nothing is too wide, cut off or covered."""
        for size in sizes or SIZES:
            with self.seen(size, *SIZES[size]):
                for change, (font, spaced) in CHANGES.items():
                    self.when = f"{size}, {change}"
                    self.page.evaluate("([font, spaced]) => checks.set(font, spaced)", [font, spaced])
                    self.ask(*EVERYWHERE)
                self.page.evaluate("checks.set('', false)")

    def colours(self) -> None:
        """In both themes, on a desk and on a phone, everything stands out, and axe finds nothing."""
        for scheme in ("light", "dark"):
            for width in (1280, 320):
                with self.seen(scheme, width, color_scheme=scheme):
                    self.ask("faint", "faintVisited", "small")
                    if (scheme, width) in AXE:
                        found = violations(self.page, AXE[scheme, width])
                        self.wrong += [f"{self.when}: {one}" for one in found]
            with self.seen(f"{scheme}, with more contrast", color_scheme=scheme, contrast="more"):
                self.ask("faint({ running: 7, other: 7 })")
            with self.seen(f"{scheme}, in forced colours", color_scheme=scheme, forced_colors="active"):
                self.ask("forced")

    def focus(self) -> None:
        """All that can be used comes in the order in which it is seen, and shows when it has the focus."""
        for forced_colors in ("none", "active"):
            with self.seen(f"by keyboard, forced colours {forced_colors}", forced_colors=forced_colors):
                self.page.keyboard.press("Tab")  # whoever uses the keyboard is shown the focus
                self.ask("walk")

    def keyboard(self) -> None:
        """Tab comes to all that can be used, in the order in which it is seen, and shows where it is."""
        with self.seen("by keyboard"):
            self.page.keyboard.press("Tab")
            others = self.page.evaluate("checks.begin()")
            self.ask("arrive")
            for _ in range(others):
                self.page.keyboard.press("Tab")
                self.ask("arrive")
            self.ask("missed")


def _names(checks: tuple[str, ...]) -> str:
    return ", ".join(check.partition("(")[0] for check in checks)
