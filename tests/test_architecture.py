"""The plan of the house, kept true by reading the imports: who may know whom, and one door to each package."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PACKAGE = Path(__file__).resolve().parent.parent / "blog"
FACES = {"reader", "feeds", "social", "admin"}
GROUND = {"config", "paths", "clock", "extensions", "files", "hostnames", "outbound", "processes", "worker_pool"}
# Room -> the rooms it may import. create_app (blog/__init__.py) and cli may import everything.
MAY_KNOW = {
    "config": {"paths", "files", "hostnames"},
    "files": {"clock"},
    "hostnames": set(),
    "processes": set(),
    "worker_pool": {"processes"},
    "outbound": {""},  # the version
    "paths": set(),
    "clock": set(),
    "extensions": set(),
    "migrations": set(),
    "models": {"extensions", "clock"},
    "core": {"models", "migrations"} | GROUND,
    "web": {"core", "models"} | GROUND,
    **{face: {"web", "core", "models"} | GROUND for face in FACES},
    "transfer": {"core", "models"} | GROUND,
    # The terminal's face opens blogs ("" is create_app), and has faces do what needs no reader: check, tell.
    "commands": {"core", "models", "transfer", "web", "feeds", "social", "server", ""} | GROUND,
    "server": {"core", "web", ""} | GROUND,
}
# The packages of core, ground first: each imports only those of earlier lines.
CORE_ORDER = (
    {"errors"},
    {"text", "db"},
    {"accounts", "posts", "images", "outbox"},
    {"search", "markdown", "urls"},
    {"media", "schema"},
    {"editor", "backup"},
    {"site"},
    {"doctor"},
)
PACKAGE_MODULES = 15
# Package -> the files, or folders, that may import it.
DOORS = {
    "flask_wtf": {"admin/csrf.py"},
    "feedgen": {"feeds/build.py"},
    "bs4": {"core/markdown/paste.py", "core/markdown/paste_cleanup.py"},
    "markdownify": {"core/markdown/paste.py"},
    # Poems and figures are made of its tokens; only rendering parses a text.
    "markdown_it": {"core/markdown/figures.py", "core/markdown/render.py", "core/markdown/poems.py"},
    "mdit_py_plugins": {"core/markdown/render.py"},
    "nh3": {"core/markdown/sanitize.py"},
    "pygments": {"core/markdown/code.py"},
    "slugify": {"core/text/slugs.py"},
    "regex": {
        "core/search/highlight.py",
        "core/search/normalize.py",
        "core/text/words.py",
        "social/share.py",
        "social/cards/text_layout.py",
    },
    "yaml": {"transfer/readers/front_matter.py"},
    "PIL": {"core/images/encode.py", "social/cards/image.py"},
    "segno": {"social/qr.py"},
    "argon2": {"core/accounts/credentials.py"},
    "alembic": {"core/schema/migrate.py", "migrations/versions/"},
    "tinycss2": {"web/theme/custom_css.py"},
    "zipfile": {"core/backup/zip_file.py"},
    "babel": {"web/localize.py"},
    "brotli": {"web/responses.py"},
    "idna": {"hostnames.py"},
    "granian": {"server/workers.py"},
    "httpcore": {"outbound.py"},
    "httpx": {"outbound.py"},
    "sqlite3": {"extensions.py"},
    "pysqlite3": {"extensions.py"},
}
# Same input, same bytes: no database, no clock, no network, nothing of Flask.
PURE = {
    "core/db/batches.py", "web/theme/colours.py", "web/theme/custom_css.py", "core/db/keyset.py", "core/text/diff.py",
    "core/text/amounts.py", "core/db/pager.py",
    "core/errors.py", "core/editor/fields.py", "core/markdown/figures.py",
    "core/markdown/code.py", "core/site/link_lists.py", "core/images/html.py", "core/markdown/paste.py",
    "core/images/variants.py", "core/images/file_types.py", "core/markdown/render.py",
    "core/markdown/paste_cleanup.py", "core/markdown/sanitize.py", "core/search/highlight.py", "core/search/query.py",
    "core/search/normalize.py", "core/text/slugs.py", "core/text/validate.py", "core/markdown/poems.py",
    "core/text/words.py", "feeds/build.py", "feeds/rules.py", "feeds/channel.py", "feeds/json_feed.py",
    "feeds/paging.py", "feeds/parse.py", "hostnames.py",
    "models/json_types.py", "social/metadata.py", "social/network_limits.py", "social/qr.py",
    "social/share.py", "social/cards/text_layout.py", "transfer/document.py", "transfer/readers/dialects.py",
    "transfer/readers/front_matter.py", "transfer/readers/markdown.py",
}  # fmt: skip
FLASK_IN_CORE = {"request", "session", "render_template", "url_for", "g", "current_app"}


def _name(file: Path) -> str:
    return str(file.relative_to(PACKAGE))


def _imports(file: Path, *, typing_too: bool = True) -> Iterator[tuple[str, str]]:
    """Each (module, name) that a file imports, at any depth."""
    tree = ast.parse(file.read_text("utf-8"))
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden and not typing_too:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are written in full"
            yield from ((node.module or "", alias.name) for alias in node.names)


def _room(module: str, name: str) -> str | None:
    """The room of ours that an import leads to; "" is create_app itself, None is somebody else's package."""
    parts = module.split(".")
    if parts[0] != "blog":
        return None
    if len(parts) > 1:
        return parts[1]
    return name if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file() else ""


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_rooms_know_only_whom_they_may(file: Path) -> None:
    parts = file.relative_to(PACKAGE).parts
    room = parts[0].removesuffix(".py")
    if room in ("__init__", "__main__", "cli"):
        return
    allowed = MAY_KNOW[room] | {room}
    known = {found for module, name in _imports(file) if (found := _room(module, name)) is not None}
    assert known <= allowed, f"{_name(file)} may not know {sorted(known - allowed)}"


@pytest.mark.parametrize("file", sorted((PACKAGE / "core").rglob("*.py")), ids=_name)
def test_core_packages_import_only_earlier_ones(file: Path) -> None:
    package = file.relative_to(PACKAGE / "core").parts[0].removesuffix(".py")
    if package == "__init__":
        return
    earlier = set[str]().union(*CORE_ORDER[: next(i for i, names in enumerate(CORE_ORDER) if package in names)])
    imported = {
        [*module.split("."), name][2]
        for module, name in _imports(file)
        if module == "blog.core" or module.startswith("blog.core.")
    }
    assert imported <= earlier | {package}, f"{_name(file)} may not import {sorted(imported - earlier - {package})}"


def test_packages_stay_small() -> None:
    for folder in {file.parent for file in FILES}:
        modules = [file.stem for file in folder.glob("*.py") if file.stem != "__init__"]
        if folder.name != "versions":
            assert len(modules) <= PACKAGE_MODULES, f"{_name(folder)} holds {len(modules)} modules: group them by noun"
    beside = [file.stem for file in (PACKAGE / "core").glob("*.py") if file.stem != "__init__"]
    assert len(beside) <= 3, f"core holds {beside} beside its packages"


def test_no_package_has_a_name_that_one_of_its_modules_would_replace() -> None:
    """Importing `a.b` sets the name `b` in package `a`, whatever stood there."""
    for file in FILES:
        if file.stem == "__init__":
            modules = {each.stem for each in file.parent.iterdir() if each.suffix == ".py" or each.is_dir()}
            package = ".".join(file.parent.relative_to(PACKAGE.parent).parts)
            taken = {name for module, name in _imports(file) if name in modules and module != package}
            assert not taken, f"{_name(file)}: {sorted(taken)}"


def test_no_class_name_stands_for_two_things() -> None:
    homes: dict[str, set[str]] = {}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, set()).add(_name(file))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_each_package_has_its_doors(file: Path) -> None:
    wrong = {
        package
        for module, _ in _imports(file)
        if (package := module.partition(".")[0]) in DOORS and not _name(file).startswith(tuple(DOORS[package]))
    }
    assert not wrong, f"{_name(file)} must not import {sorted(wrong)}"


def test_every_door_is_used() -> None:
    for package, doors in DOORS.items():
        for door in doors:
            files = (PACKAGE / door).glob("*.py") if door.endswith("/") else [PACKAGE / door]
            imported = {module.partition(".")[0] for file in files for module, _ in _imports(file)}
            assert package in imported, (package, door)


def _named(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _needed(requirements: list[str]) -> Iterator[str]:
    """The distributions that these requirements install here, and all that those need."""
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _named(requirement.name)
            yield from _needed(metadata.requires(requirement.name) or [])


def test_whoever_installs_the_blog_has_all_that_it_imports() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    needed = set(_needed(project["dependencies"]))
    homes = metadata.packages_distributions()
    imported = {module.partition(".")[0] for file in FILES for module, _ in _imports(file, typing_too=False)}
    packages = imported - {"blog"} - sys.stdlib_module_names
    assert len(packages) > 20
    assert [each for each in packages if not needed & set(map(_named, homes.get(each, [])))] == []


@pytest.mark.parametrize("name", sorted(PURE))
def test_pure_modules_stay_pure(name: str) -> None:
    pure_modules = {"blog." + pure.removesuffix(".py").replace("/", ".") for pure in PURE}
    for module, imported in _imports(PACKAGE / name, typing_too=False):
        assert module.partition(".")[0] not in {
            "flask",
            "sqlalchemy",
            "time",
            "socket",
            "httpcore",
            "httpx",
            "random",
            "secrets",
        }, name
        if module.partition(".")[0] == "blog":
            assert module in pure_modules or f"{module}.{imported}" in pure_modules, (
                f"{name} imports {module}.{imported}"
            )
    text = (PACKAGE / name).read_text("utf-8")
    assert ".now(" not in text and ".today(" not in text, f"{name} looks at the clock"


def test_core_knows_no_requests() -> None:
    for file in (PACKAGE / "core").rglob("*.py"):
        taken = {name for module, name in _imports(file) if module.partition(".")[0] == "flask"}
        assert not taken & FLASK_IN_CORE, f"{_name(file)} imports {taken}"


def test_only_the_authors_room_has_sessions() -> None:
    for file in FILES:
        taken = {name for module, name in _imports(file) if module.partition(".")[0] == "flask"}
        if not _name(file).startswith("admin/"):
            assert not taken & {"session", "flash", "get_flashed_messages"}, f"{_name(file)} looks into sessions"


def test_only_core_commits() -> None:
    for file in FILES:
        if not _name(file).startswith("core/"):
            assert ".commit(" not in file.read_text("utf-8"), f"{_name(file)} commits"


def test_time_has_one_source() -> None:
    for file in FILES:
        if _name(file) != "clock.py":
            calls = {
                node.func.attr
                for node in ast.walk(ast.parse(file.read_text("utf-8")))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name) and node.func.value.id in ("datetime", "date")
            }  # fmt: skip
            assert not calls & {"now", "utcnow", "today"}, f"{_name(file)} asks for the time by itself"


def test_files_and_functions_stay_small() -> None:
    for file in FILES:
        lines = file.read_text("utf-8").splitlines()
        assert len(lines) <= 400, f"{_name(file)} has {len(lines)} lines: split it by noun"
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                size = node.end_lineno - node.lineno + 1
                assert size <= 50, f"{_name(file)}: {node.name} has {size} lines"


def test_nothing_is_left_for_later() -> None:
    for file in FILES:
        text = file.read_text("utf-8")
        assert not any(word in text for word in ("TODO", "FIXME", "NotImplementedError")), _name(file)
