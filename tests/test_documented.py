"""The README and the pages of docs/ are true: their commands run, and their links lead somewhere.

Each command, option, setting, address and template global is named in the page of its subject.
"""

import importlib.util
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from flask import Flask

from blog import cli, config
from blog.commands import imports
from blog.core.site.settings import NETWORK_KEYS, SETTINGS
from blog.feeds.aliases import ALIASES
from blog.transfer import samples
from tests import documents
from tests.documents import PAGES, ROOT, rows, section, text_of
from tests.world import Blog, Result, write

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
# Beginnings of commands that are not run here, and why.
NOT_RUN = {
    "broadsheet serve": "it runs until it is stopped; tests/commands starts it",
    "broadsheet feed check https://": "it asks a server that is not there",
    "make ": "it takes minutes, or installs; its target is looked for",
    ".venv/bin/broadsheet --instance /tmp/trial serve": "it runs until it is stopped",
    ".venv/bin/python -m pytest": "it would run tests within a test",
    ".venv/bin/python -m bench": "it takes minutes",
    "apt install": "it changes the machine",
    "useradd ": "it changes the machine",
    "install --directory": "it changes the machine",
    "python3 -m venv /opt/": "it changes the machine",
    "/opt/broadsheet/bin/pip install": "it changes the machine",
    "cat >/var/lib/broadsheet/config.toml": "it changes the machine; tests/test_deployment.py reads the settings",
    "cp deploy/broadsheet.service": "it changes the machine",
    "systemctl ": "it needs systemd",
    "certbot ": "it asks an authority on the web for a certificate",
    "sudo -u blog": "it needs the user that systemd runs the blog as",
    "docker ": "it needs Docker",
}
# Languages of blocks that hold no commands.
OTHER_BLOCKS = {"caddyfile", "crontab", "css", "html", "markdown", "nginx", "python", "text", "toml", "yaml"}
# The endings of files that may name a page of the documentation.
NAMING = {".py", ".html", ".service"}
# What there is before the commands of a page run.
BEFORE = {page: ['new "Slow rivers" --publish'] for page in ("docs/backup.md", "docs/sharing.md")}
OF_MACHINE = {setting.variable for setting in config.SETTINGS.values()} | {"BLOG_INSTANCE"}


def _reason(line: str) -> str | None:
    """Why a command is not run here; the beginning of it that says so."""
    return next((beginning for beginning in NOT_RUN if line.startswith(beginning)), None)


# -- the commands that are shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [page for page in PAGES if documents.shell_commands(page)])
def test_commands_run_in_order(
    command: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    example = next(block.text for block in documents.blocks("docs/importing.md") if block.language == "markdown")
    write(tmp_path, "essay.md", "A river keeps its name.\n")
    write(tmp_path, "essays/one.md", example)
    write(tmp_path, "password.txt", "correct horse battery\n")
    monkeypatch.chdir(tmp_path)
    for line in BEFORE.get(page, []):
        assert command(*shlex.split(line)).status == 0, line
    for line in documents.shell_commands(page):
        if _reason(line):
            continue
        program, *words = shlex.split(line)
        assert program == "broadsheet", line
        stdin = "".join(Path(word[1:]).read_text("utf-8") for word in words if word.startswith("<"))
        result = command(*(word for word in words if not word.startswith("<")), stdin=stdin)
        assert (result.status, result.err) == (0, ""), (line, result.err)


def test_most_commands_are_run_and_each_exception_is_needed() -> None:
    shown = [line for page in PAGES for line in documents.shell_commands(page)]
    assert len([line for line in shown if not _reason(line)]) > 60
    assert {_reason(line) for line in shown} - {None} == {*NOT_RUN}


@pytest.mark.parametrize("page", PAGES)
def test_blocks_are_commands_or_of_another_language(page: str) -> None:
    assert {block.language for block in documents.blocks(page)} <= {"sh", *OTHER_BLOCKS}


@pytest.mark.parametrize("page", PAGES)
def test_calls_that_are_not_run_are_understood(page: str) -> None:
    for line in filter(_reason, documents.shell_commands(page)):
        given = documents.arguments(line)
        if given:
            documents.called(given)
        for module in re.findall(r"python3? -m (\S+)", line):
            assert importlib.util.find_spec(module), line


@pytest.mark.parametrize("page", PAGES)
def test_calls_within_sentences_name_commands_and_options(page: str) -> None:
    known = documents.commands()
    for code in documents.code_spans(page):
        for words in [code.split()[1:]] if code.startswith("broadsheet ") else []:
            named = [name for name in known if words[: len(name.split())] == name.split()]
            assert named or words[0].startswith("--") or words[0] == "config", (page, code)
            allowed = {"--help", "--version", "--instance"}.union(*(documents.options(known[name]) for name in named))
            assert {word for word in words if word.startswith("--")} <= allowed, (page, code)


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    for line in [*documents.shell_commands(page), *documents.code_spans(page)]:
        for target in re.findall(r"^make ([\w./-]+)", line):
            assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), (page, line)


def test_settings_files_that_are_shown_are_understood() -> None:
    files = [block.text for page in PAGES for block in documents.blocks(page) if block.language == "toml"]
    assert files
    for text in files:
        assert {*tomllib.loads(text)} <= {*config.SETTINGS}


# -- the pages ------------------------------------------------------------------------------------------------------


def test_the_readme_is_a_front_door() -> None:
    assert len(text_of("README.md").splitlines()) <= 200
    linked = {target.partition("#")[0] for target in documents.targets("README.md")}
    assert {page for page in PAGES if page != "README.md"} <= linked


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_its_only_title(page: str) -> None:
    assert len(documents.headings(page, level=1)) == 1 and text_of(page).startswith("# ")


@pytest.mark.parametrize("page", [*PAGES, "bench/RESULTS.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in documents.targets(page):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert file.exists() and file.is_relative_to(ROOT), (page, target)
        if anchor:
            assert anchor in documents.anchors(str(file.relative_to(ROOT))), (page, target)


def test_pages_that_the_program_names_exist() -> None:
    folders = ("blog", "templates", "deploy", "bench")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in NAMING]
    texts = [file.read_text("utf-8") for file in [*files, ROOT / "Dockerfile"]]
    named = {page for text in texts for page in re.findall(r"\bdocs/[\w-]+\.md", text)}
    assert named and named <= {*PAGES}
    assert not [text for text in texts if "README, “" in text]


# -- commands -------------------------------------------------------------------------------------------------------


def _sections() -> dict[str, str]:
    """The sections of docs/commands.md by the commands that they are about."""
    page = "docs/commands.md"
    found = {heading: re.sub(r" \[?[A-Z].*", "", heading.strip("`")) for heading in documents.headings(page, level=3)}
    return {name: section(page, heading) for heading, name in found.items()}


def test_each_command_has_a_section() -> None:
    assert {*_sections()} == {*documents.commands()}
    assert {name.partition(" ")[0] for name in documents.commands()} == {*cli.COMMANDS}


@pytest.mark.parametrize("name", [*documents.commands()])
def test_each_option_of_a_command_is_named_and_no_other(name: str) -> None:
    named = [re.findall(r"`(--[\w-]+)", cells[0]) for cells in rows(_sections()[name], "option")]
    assert sorted(chain(*named)) == sorted(documents.options(documents.commands()[name]) - {"--json"})


def test_all_commands_but_serve_print_json() -> None:
    assert "`serve` does not have it" in text_of("docs/commands.md")
    assert [name for name, each in documents.commands().items() if "--json" not in documents.options(each)] == ["serve"]


def test_the_help_of_each_command_says_what_it_does(command: Callable[..., Result]) -> None:
    for name in cli.COMMANDS:
        assert "Usage:" in command(name, "--help").out
    assert imports.import_library.help


# -- settings -------------------------------------------------------------------------------------------------------


def test_it_names_each_site_setting_and_no_other() -> None:
    named = [cells[0] for cells in rows(section("docs/settings.md", "Site settings"), "setting")]
    assert sorted(named) == sorted(f"`{name}`" for name in SETTINGS)


@pytest.mark.parametrize("name", [*SETTINGS])
def test_it_shows_each_site_setting(name: str) -> None:
    assert any(line.startswith(f"broadsheet config {name} ") for line in documents.shell_commands("docs/settings.md"))


def test_it_names_each_machine_setting_and_no_other() -> None:
    cells = [cells[0] for cells in rows(section("docs/settings.md", "Machine settings"), "setting")]
    assert {*re.findall(r"`([A-Z_]+)`", " ".join(cells))} == OF_MACHINE


@pytest.mark.parametrize("page", PAGES)
def test_each_variable_that_is_named_is_a_setting(page: str) -> None:
    assert {*re.findall(r"\bBLOG_\w+", text_of(page))} - {"BLOG_"} <= OF_MACHINE


@pytest.mark.parametrize("network", NETWORK_KEYS)
def test_it_names_each_network(network: str) -> None:
    assert f"`{network}`" in section("docs/settings.md", "Site settings")


# -- addresses ------------------------------------------------------------------------------------------------------


def test_it_names_each_address_and_no_other(app: Flask) -> None:
    cells = [cells[0] for cells in rows(text_of("docs/addresses.md"), "address")]
    named = [address for cell in cells for address in re.findall(r"`(/[^`]*)`", cell)]
    shown = (rule.rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("feeds.lead"))
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule) for rule in shown}
    assert sorted(address.replace("/page/2/", "/page/<number>/") for address in named) == sorted(rules)


def test_it_names_each_feed_address_of_other_systems_and_no_other() -> None:
    told = section("docs/feeds.md", "Moving from another system")
    assert {*re.findall(r"`(/[^`]*)`", told)} == {*chain(*ALIASES.values()), "/posts/index.xml"}


def test_each_address_that_people_type_answers(blog: Blog) -> None:
    samples.load(blog.instance / "media")
    for path in ("/", "/about/", "/tags/", "/tags/guide/", "/archive/", "/archive/2026/", "/subscribe/", "/feed.xml",
                 "/atom.xml", "/feed.json", "/tags/guide/feed.xml", "/tags/guide/atom.xml", "/tags/guide/feed.json",
                 "/search/?q=writing", "/opensearch.xml", "/sitemap.xml", "/robots.txt", "/favicon.ico", "/healthz",
                 "/posts/diplomatic-relations/",
                 "/posts/diplomatic-relations.md", "/share/mastodon/?post=diplomatic-relations"):  # fmt: skip
        assert blog.get(path).status_code == 200, path


# -- templates, front matter, files ---------------------------------------------------------------------------------


def test_it_names_each_template_global_and_filter(app: Flask) -> None:
    told = section("docs/theming.md", "What templates can use")
    own = {
        name
        for name, function in (app.jinja_env.globals | app.jinja_env.filters).items()
        if getattr(function, "__module__", "").startswith("blog.")
    }
    assert own
    for name in own:
        assert f"`{name}(" in told or f"`{name}`" in told, name


def test_its_front_matter_is_what_the_reader_understands() -> None:
    source = (ROOT / "blog/transfer/readers/markdown.py").read_text("utf-8")
    understood = set(re.findall(r'self\.(?:text|texts|when|yes)\("(\w+)"[),]', source))
    cells = [" ".join(cells[:2]) for cells in rows(section("docs/importing.md", "Front matter"), "field")]
    assert {name.lower() for name in re.findall(r"`(\w+)", " ".join(cells))} == understood


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text and "--index" not in text
    packages = re.findall(r"^[a-z0-9-]+==.*$", text, re.MULTILINE)
    assert packages and all(package.endswith("\\") for package in packages)


def test_git_keeps_no_data() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    kept = subprocess.run(["git", "ls-files", "instance"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert kept.split() == ["instance/.gitignore"]


def test_development_names_each_package() -> None:
    text = text_of("docs/development.md")
    folders = {file.parent.relative_to(ROOT) for file in (ROOT / "blog").rglob("*.py")}
    inner = {str(folder).removeprefix("blog/core/").removeprefix("blog/") for folder in folders}
    assert [name for name in sorted(inner) if not re.search(rf"\b{name}\b", text)] == []


def test_the_files_that_development_names_are_there() -> None:
    names = re.findall(r"`((?:blog|templates|tests|docs|static)/[\w./-]+)`", text_of("docs/development.md"))
    assert len(names) > 40
    assert [name for name in names if not (ROOT / name).exists()] == []
