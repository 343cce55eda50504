"""Run the same command lines in both checkouts, from an empty folder on, and compare what they print and write."""

import re
import shlex
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.answers import database, normalize
from tests.answers.answer import Answer
from tests.answers.checkout import free_port
from tests.answers.commands.script import SCRIPT, Break, HubStatus, Line, Write
from tests.answers.sample import SITE_URL, ZONE, library, outside
from tests.answers.sample.outside import Outside
from tests.answers.sides import Side, Sides

FOLDERS = ("blog", "copy", "nowhere", "texts", "bad", "out")
# In click's help: what stands below "Commands:", and the options that any help names.
COMMANDS = re.compile(r"^Commands:\n((?:  .*\n?)*)", re.MULTILINE)
NAME = re.compile(r"^  ([a-z][a-z-]*)(?: |$)", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*)")
FEEDS = {f"/{name}": text.encode() for name, text in library.FEEDS.items()}
# What a backup holds of these differs with each run.
VOLATILE = re.compile(r"blog\.db|secret_key|manifest\.json")


def compare_help(sides: Sides) -> dict[str, set[str]]:
    """Compare the help of every command; return the options of each."""
    options: dict[str, set[str]] = {}
    waiting = [""]
    while waiting:
        command = waiting.pop(0)
        answers = sides.both(lambda side, of=command: side.forks.run(*of.split(), "--help"))
        sides.compare("help", f"{command} --help".strip(), answers)
        text = answers[1].parts["output"].decode()
        inner = {name for answer in answers for name in _commands(answer.parts["output"].decode())}
        waiting += [f"{command} {name}".strip() for name in sorted(inner)]
        if not inner:
            options[command] = set(OPTION.findall(text)) - {"--help"}
    return options


def _commands(text: str) -> list[str]:
    match = COMMANDS.search(text)
    return NAME.findall(match[1]) if match else []


def compare_script(sides: Sides) -> list[str]:
    """Compare all lines of the script; return them as they were run, without the instance."""
    with ExitStack() as stack:
        hubs = [stack.enter_context(outside.listen(FEEDS)) for _ in sides]
        for side in sides:
            side.begin(_known_ids(), ZONE, {hubs[side.number].place: "<hub>"})
            _prepare(side)
        lines = []
        for number, step in enumerate(SCRIPT, 1):
            if isinstance(step, Line):
                answers = sides.both(lambda side, line=step: _run(side, hubs[side.number], line))
                sides.compare("command", f"{number}: {step.words}", answers)
                lines.append(step.words)
            else:
                for side in sides:
                    _change(side, hubs[side.number], step)
    database.compare_databases(sides, "blog")
    return lines


def _known_ids() -> set[str]:
    return {each for file in library.TEXTS.rglob("*.md") for each in normalize.ids_in(file.read_bytes())}


def _prepare(side: Side) -> None:
    for name in ("blog", "texts", "bad", "out"):
        (side.folder / name).mkdir(parents=True)
    library.write_good(side.folder / "texts", "elsewhere.example")
    library.write_bad(side.folder / "bad")
    (side.folder / "out" / "essay.md").write_text("A river keeps *its* name.\n", "utf-8")


def _filled(text: str, side: Side, hub: Outside) -> str:
    """Return a text of the script with the folders of a side, the address of its hub, and a free port."""
    places = {name: str(side.folder / name) for name in FOLDERS}
    places |= {"hub": f"http://{hub.place}/", "hub_place": hub.place, "port": str(free_port())}
    return re.sub(r"\{(\w+)\}", lambda match: places.get(match[1], match[0]), text)


def _run(side: Side, hub: Outside, line: Line) -> Answer:
    environment = {"BLOG_SITE_URL": SITE_URL, "BLOG_OUTBOUND_ALLOW": hub.place, **line.environment}
    if (side.folder / "blog" / "config.toml").exists():
        del environment["BLOG_SITE_URL"]
    before = ["--instance", _filled(line.instance, side, hub)] if line.instance else []
    words = shlex.split(_filled(line.words, side, hub))
    run = side.checkout.run if line.fresh else side.forks.run
    answer = run(*before, *words, stdin=line.stdin.encode(), environment=environment)
    return Answer({**answer.parts, **dict(_written(side, line)), **_calls(hub)})


def _written(side: Side, line: Line) -> Iterator[tuple[str, bytes]]:
    """The files that a line wrote, as parts of its answer; of a zip file its members with their checksums."""
    for name in line.files:
        file = side.folder / "out" / name
        if not file.exists():
            continue
        if file.suffix != ".zip":
            yield name, file.read_bytes()
            continue
        with zipfile.ZipFile(file) as members:
            lines = [
                each.filename if VOLATILE.fullmatch(each.filename) else f"{each.filename} {each.CRC:08x}"
                for each in members.infolist()
            ]
        yield name, "\n".join(sorted(lines)).encode()


def _calls(hub: Outside) -> Mapping[str, bytes]:
    calls = hub.take_calls()
    return {"calls": calls} if calls else {}


def _change(side: Side, hub: Outside, step: Write | Break | HubStatus) -> None:
    if isinstance(step, HubStatus):
        hub.status = step.status
        return
    file = Path(_filled(step.file, side, hub))
    if isinstance(step, Break):
        step.damage(file)
    elif step.content is None:
        file.unlink()
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.content, "utf-8")
