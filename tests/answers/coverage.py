"""What share of the addresses, commands and options of a checkout was asked, and which were not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.answers.checkout import Checkout
from tests.answers.web.visitor import Question

# As `flask routes` lists them: endpoint, methods, rule.
ROUTE = re.compile(r"^(\S+) +((?:[A-Z]+, )*[A-Z]+) +(/\S*) *$", re.MULTILINE)
VARIABLE = re.compile(r"<(?:(\w+):)?(\w+)>")
# What stands for a variable, by its converter; all others are one part of a path.
CONVERTERS = {"path": ".+", "alias": ".+", "number": r"\d+", "page": r"\d+", "year": r"\d+"}


@dataclass(frozen=True)
class Route:
    """An address of the blog and one of its methods."""

    method: str
    rule: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """What addresses look like that lead here."""
        parts = re.split(r"(<[^>]+>)", self.rule)
        return re.compile("".join(_pattern(part) for part in parts))

    @property
    def weight(self) -> tuple[bool, int, int]:
        """Sorts routes as they are tried: those without variables first, then the longer ones."""
        return "alias" in self.rule or "path" in self.rule, len(VARIABLE.findall(self.rule)), -len(self.rule)


def _pattern(part: str) -> str:
    variable = VARIABLE.fullmatch(part)
    return CONVERTERS.get(variable[1] or "", "[^/]+") if variable else re.escape(part)


def read_routes(checkout: Checkout, instance: Path) -> list[Route]:
    """Return what a checkout answers to, by `flask routes`."""
    answer = checkout.run("--app", "blog", "routes", module="flask", environment={"BLOG_INSTANCE": str(instance)})
    lines = ROUTE.findall(answer.parts["output"].decode())
    return [Route(method, rule) for _, methods, rule in lines for method in methods.split(", ")]


def unasked_routes(routes: Iterable[Route], questions: Iterable[Question]) -> list[Route]:
    """Return the routes that no question led to. A 404 for another reason than a missing route counts, too."""
    ordered = sorted(routes, key=lambda route: route.weight)
    patterns = [(route, route.pattern) for route in ordered]
    hit = set()
    for method, address, _status in set(questions):
        path = address.partition("?")[0]
        hit.add(
            next((route for route, pattern in patterns if route.method == method and pattern.fullmatch(path)), None)
        )
    return [route for route in ordered if route not in hit]


def unused_options(options: Mapping[str, set[str]], lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the commands that no line used, and the options that no line gave, of those that the help names."""
    used: dict[str, set[str]] = {}
    for line in lines:
        words = line.split()
        command = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in options), None)
        if command:
            used.setdefault(command, set()).update(word for word in words if word.startswith("--"))
    commands = [command for command in options if command not in used]
    missing = [
        f"{command} {name}" for command, names in options.items() for name in sorted(names - used.get(command, set()))
    ]
    return commands, missing


def report(routes: list[Route], questions: list[Question], options: Mapping[str, set[str]], lines: list[str]) -> str:
    """Return the shares in words, and what is missing."""
    routes_missing = unasked_routes(routes, questions)
    commands_missing, options_missing = unused_options(options, lines)
    count = sum(map(len, options.values()))
    text = [
        f"Asked: {len(routes) - len(routes_missing)} of {len(routes)} routes (methods of addresses), "
        f"{len(options) - len(commands_missing)} of {len(options)} commands, "
        f"{count - len(options_missing)} of {count} options."
    ]
    text += [f"Not asked: {route.method} {route.rule}" for route in routes_missing]
    text += [f"Not run: {command}" for command in commands_missing]
    return "\n".join([*text, *(f"Not given: {option}" for option in options_missing)])
