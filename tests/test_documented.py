"""The README is true: its commands run, and it names each setting, command, address and template global."""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from blog import cli, config
from blog.commands import library
from blog.core.site import NETWORKS, SETTINGS
from blog.transfer import samples
from tests.world import Blog, Result, write

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = [
    line.removeprefix("broadsheet ")
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("broadsheet ")
]


def test_its_commands_run_in_order(
    command: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "essay.md", "A river keeps its name.\n")
    write(tmp_path, "essays/one.md", "---\ntitle: One\ndate: 2026-01-01\n---\nText.\n")
    monkeypatch.chdir(tmp_path)
    assert len(EXAMPLES) > 20
    for line in EXAMPLES:
        result = command(*shlex.split(line))
        assert result.status == 0, (line, result.err)
        assert result.err == "", line


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_it_names_each_command(name: str) -> None:
    assert f"`{name}" in README or f" `{name}" in README


@pytest.mark.parametrize("name", [*cli.COMMANDS])
def test_it_names_each_option(name: str) -> None:
    found = cli.broadsheet.get_command(None, name)  # type: ignore[arg-type]
    several = getattr(found, "commands", {None: found})
    for one in several.values():
        for parameter in one.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option in README, f"{name} {option}"


@pytest.mark.parametrize("name", [*SETTINGS])
def test_it_shows_each_site_setting(name: str) -> None:
    assert f"broadsheet config {name} " in README


@pytest.mark.parametrize("variable", [setting.variable for setting in config.SETTINGS.values()])
def test_it_names_each_machine_setting(variable: str) -> None:
    assert f"`{variable}`" in README


@pytest.mark.parametrize("network", NETWORKS)
def test_it_names_each_network(network: str) -> None:
    assert f"`{network}`" in README


def test_it_names_each_address_and_no_other(app: Flask) -> None:
    table = README.partition("| address | shows |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(/[^`]*)`", table))
    shown = (rule.rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("feeds.lead"))
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule) for rule in shown}
    assert {address.replace("/page/2/", "/page/<number>/") for address in named} == rules


def test_each_address_that_people_type_answers(blog: Blog) -> None:
    samples.load(blog.instance / "media")
    for path in ("/", "/about/", "/tags/", "/tags/guide/", "/archive/", "/archive/2026/", "/subscribe/", "/feed.xml",
                 "/atom.xml", "/feed.json", "/tags/guide/feed.xml", "/tags/guide/atom.xml", "/tags/guide/feed.json",
                 "/search/?q=writing", "/opensearch.xml", "/sitemap.xml", "/robots.txt", "/favicon.ico", "/healthz",
                 "/posts/diplomatic-relations/",
                 "/posts/diplomatic-relations.md", "/share/mastodon/?post=diplomatic-relations"):  # fmt: skip
        assert blog.get(path).status_code == 200, path


def test_it_names_each_template_global_and_filter(app: Flask) -> None:
    own = {
        name
        for name, function in (app.jinja_env.globals | app.jinja_env.filters).items()
        if getattr(function, "__module__", "").startswith("blog.")
    }
    assert own
    for name in own:
        assert f"`{name}(" in README or f"`{name}`" in README, name


@pytest.mark.parametrize("target", re.findall(r"(?:`|    )make (\w+)", README))
def test_its_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_its_files_exist() -> None:
    for target in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / target).exists(), target


def test_its_front_matter_is_what_the_reader_understands() -> None:
    source = (ROOT / "blog/transfer/readers/markdown.py").read_text("utf-8")
    understood = set(re.findall(r'self\.(?:text|texts|when|yes)\("(\w+)"[),]', source))
    told = README.partition("Front matter understood:")[2].partition(". A date")[0]
    assert {name.lower() for name in re.findall(r"`(\w+)`", told)} <= understood


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


def test_the_help_of_each_command_says_what_it_does(command: Callable[..., Result]) -> None:
    for name in cli.COMMANDS:
        assert "Usage:" in command(name, "--help").out
    assert library.COMMANDS["import"].help
