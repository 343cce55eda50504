"""blog/config.py: what a machine setting is, who wins, and what nonsense is answered with."""

import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from blog import config
from blog.config import BadSetting, Settings
from tests.world import write

ROOT = Path(__file__).resolve().parents[2]


def load(instance: Path, environ: dict[str, str] | None = None, **arguments: object) -> Settings:
    return config.load(instance, environ=environ or {}, **arguments)


def test_without_settings_everything_has_a_default(instance: Path) -> None:
    settings = load(instance)
    assert (settings.host, settings.port, settings.trusted_proxies) == ("127.0.0.1", 8000, 0)
    assert settings.site_url == "http://127.0.0.1:8000"
    assert settings.database_file == instance / "blog.db"
    assert set(settings.sources) == set(config.SETTINGS)
    assert {name for name, source in settings.sources.items() if source != "default"} == {"secret_key"}


def test_an_argument_wins_over_the_environment_and_that_over_the_file(instance: Path) -> None:
    write(instance, "config.toml", "workers = 2\nport = 8002\nhost = 'file.example'\n")
    settings = load(instance, {"BLOG_WORKERS": "3", "PORT": "8003"}, workers="4")
    assert (settings.workers, settings.port, settings.host) == (4, 8003, "file.example")
    sources = [settings.sources[name] for name in ("workers", "port", "host", "trusted_proxies")]
    assert sources == ["argument", "PORT", "config.toml", "default"]


def test_an_empty_variable_says_nothing(instance: Path) -> None:
    assert load(instance, {"BLOG_WORKERS": "", "BLOG_SITE_URL": ""}).sources["workers"] == "default"


def test_loading_settings_creates_nothing(instance: Path) -> None:
    load(instance)
    load(instance / "missing")
    assert list(instance.iterdir()) == []


BAD = [
    ("site_url", "blog.example", "https://blog.example.org"),
    ("site_url", "ftp://blog.example", "https://blog.example.org"),
    ("site_url", "https://", "https://blog.example.org"),
    ("site_url", "https://blog.example/path", "without a path"),
    ("site_url", "https://blog.example/?q=1", "without a path"),
    ("site_url", "https://blog.example/#x", "without a path"),
    ("site_url", "https://ana:secret@blog.example", "https://blog.example.org"),
    ("site_url", "https://blog.example:99999", "65535"),
    ("site_url", "https://blog.example:port", "65535"),
    ("site_url", "https://blog example.org", "host"),
    ("site_url", "https://-blog-.example", "host"),
    ("site_url", "https://[::1", ""),
    ("site_url", "https://[nonsense]", ""),
    ("site_url", f"https://{'x' * 64}.example", "host"),
    ("database_url", "blog.db", "sqlite:////srv/blog/blog.db"),
    ("database_url", "sqlite:///blog.db", "sqlite:////srv/blog/blog.db"),
    ("database_url", "postgresql://localhost/blog", "sqlite:////srv/blog/blog.db"),
    ("database_url", "sqlite:////", "sqlite:////srv/blog/blog.db"),
    ("secret_key", "short", "at least 32 characters"),
    ("workers", "0", "from 1 to 64"),
    ("workers", "65", "from 1 to 64"),
    ("workers", "-1", "from 1 to 64"),
    ("workers", "many", "from 1 to 64"),
    ("workers", "1.5", "from 1 to 64"),
    ("workers", "９", "from 1 to 64"),
    ("workers", "1" * 5000, "from 1 to 64"),
    ("trusted_proxies", "11", "from 0 to 10"),
    ("host", "not a host", "like 127.0.0.1"),
    ("host", "http://127.0.0.1", "like 127.0.0.1"),
    ("port", "0", "from 1 to 65535"),
    ("port", "99999", "from 1 to 65535"),
    ("port", "http", "from 1 to 65535"),
]


@pytest.mark.parametrize(("name", "value", "allowed"), BAD)
def test_nonsense_in_the_environment_names_the_variable_and_what_it_may_be(
    instance: Path, name: str, value: str, allowed: str
) -> None:
    variable = config.SETTINGS[name].variable
    with pytest.raises(BadSetting) as error:
        load(instance, {variable: value})
    said = str(error.value)
    assert said.startswith(variable) and allowed in said and "\n" not in said


@pytest.mark.parametrize(("name", "value", "allowed"), [one for one in BAD if one[1] != "https://[::1"])
def test_nonsense_in_the_file_names_the_key(instance: Path, name: str, value: str, allowed: str) -> None:
    write(instance, "config.toml", f'{name} = "{value}"\n')
    with pytest.raises(BadSetting) as error:
        load(instance)
    assert str(error.value).startswith(f"{name} in config.toml") and allowed in str(error.value)


@pytest.mark.parametrize("name", list(config.SETTINGS))
def test_nonsense_as_an_argument_names_the_option(instance: Path, name: str) -> None:
    with pytest.raises(BadSetting, match=rf"--{name.replace('_', '-')}"):
        load(instance, **{name: "no /sense"})


def test_a_bad_secret_is_never_shown(instance: Path) -> None:
    with pytest.raises(BadSetting) as error:
        load(instance, {"BLOG_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("value", ["true", "[1]", "2024-05-01", "1.5"])
def test_a_value_of_another_type_in_the_file_is_refused(instance: Path, value: str) -> None:
    write(instance, "config.toml", f"workers = {value}\n")
    with pytest.raises(BadSetting, match=r"workers in config\.toml must be a text or a whole number"):
        load(instance)


@pytest.mark.parametrize("value", ["-1", "99999999999999999999"])
def test_a_number_in_the_file_is_judged_too(instance: Path, value: str) -> None:
    write(instance, "config.toml", f"port = {value}\n")
    with pytest.raises(BadSetting, match=r"port in config\.toml"):
        load(instance)


def test_an_unknown_variable_is_refused_with_a_hint(instance: Path) -> None:
    with pytest.raises(BadSetting, match=r"There is no setting BLOG_SITEURL\. Did you mean BLOG_SITE_URL\?"):
        load(instance, {"BLOG_SITEURL": "https://a.example"})
    with pytest.raises(BadSetting, match=r"There is no setting BLOG_XYZZY\. Known: BLOG_ACCESS_LOG"):
        load(instance, {"BLOG_XYZZY": "1"})


@pytest.mark.parametrize("name", ["BLOG_SERVICE_HOST", "BLOG_PORT", "BLOG_PORT_8000_TCP", "BLOGGER"])
def test_variables_of_a_container_platform_are_overlooked(instance: Path, name: str) -> None:
    assert load(instance, {name: "tcp://10.0.0.1:80"}).port == 8000


def test_an_unknown_key_in_the_file_is_refused(instance: Path) -> None:
    write(instance, "config.toml", 'siteurl = "https://a.example"\n')
    with pytest.raises(BadSetting, match=r"config\.toml holds an unknown setting: siteurl\. Known: site_url"):
        load(instance)


@pytest.mark.parametrize(
    "content", [b"workers = ", b"workers: 2", b'title = "caf\xe9"', b"a = " + b"[" * 5000, b"a = " + b"9" * 5000]
)
def test_a_file_that_is_not_toml_is_named(instance: Path, content: bytes) -> None:
    write(instance, "config.toml", content)
    with pytest.raises(BadSetting, match=r"config\.toml (cannot be read as TOML|is not UTF-8)"):
        load(instance)


def test_a_folder_in_the_place_of_the_file_is_named(instance: Path) -> None:
    (instance / "config.toml").mkdir()
    with pytest.raises(BadSetting, match=r"config\.toml cannot be read: Is a directory"):
        load(instance)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://blog.example.org", "https://blog.example.org"),
        (" https://blog.example.org/ ", "https://blog.example.org"),
        ("HTTPS://Blog.Example.ORG", "https://blog.example.org"),
        ("https://blog.example.org:443", "https://blog.example.org"),
        ("http://blog.example.org:80/", "http://blog.example.org"),
        ("https://blog.example.org:8443/", "https://blog.example.org:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://भारत.example", "https://xn--h2brj9c.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://192.0.2.1", "http://192.0.2.1"),
    ],
)
def test_an_address_is_kept_in_one_form(instance: Path, given: str, read: str) -> None:
    assert load(instance, {"BLOG_SITE_URL": given}).site_url == read


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("0.0.0.0", 8000, "http://127.0.0.1:8000"),
        ("::", 80, "http://[::1]"),
        ("::1", 8000, "http://[::1]:8000"),
        ("box", 80, "http://box"),
    ],
)
def test_without_an_address_readers_come_to_this_machine(instance: Path, host: str, port: int, address: str) -> None:
    assert load(instance, {"HOST": host, "PORT": str(port)}).site_url == address


def test_the_instance_folder_is_the_argument_or_the_variable(tmp_path: Path) -> None:
    environ = {"BLOG_INSTANCE": str(tmp_path / "b")}
    assert config.load(tmp_path / "a", environ=environ).instance == tmp_path / "a"
    assert config.load(environ=environ).instance == tmp_path / "b"


def test_an_instance_folder_with_an_impossible_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="a character that no folder can have"):
        config.load(f"{tmp_path}/a\0b", environ={})


# -- the secret key -----------------------------------------------------------------------------------------


def test_the_secret_key_is_made_once_and_is_its_owners(instance: Path) -> None:
    first = config.with_secret(load(instance))
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((instance / "secret_key").stat().st_mode) == 0o600
    assert config.with_secret(load(instance)).secret_key == first.secret_key
    assert [file.name for file in instance.iterdir()] == ["secret_key"]


def test_two_blogs_have_two_keys(instance: Path, tmp_path: Path) -> None:
    assert config.with_secret(load(instance)).secret_key != config.with_secret(load(tmp_path)).secret_key


def test_a_given_key_makes_no_file(instance: Path) -> None:
    assert config.with_secret(load(instance, {"BLOG_SECRET_KEY": "k" * 32})).secret_key == "k" * 32
    assert list(instance.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64, b"\n\n"])
def test_a_damaged_key_is_refused_with_the_remedy(instance: Path, content: bytes) -> None:
    write(instance, "secret_key", content)
    with pytest.raises(BadSetting, match=r"secret_key is damaged\. Remove the file"):
        load(instance)
    assert (instance / "secret_key").read_bytes() == content


def test_a_folder_in_the_place_of_the_key_is_named(instance: Path) -> None:
    (instance / "secret_key").mkdir()
    with pytest.raises(BadSetting, match="secret_key cannot be read: Is a directory"):
        load(instance)


def test_two_processes_that_start_at_once_have_one_key(instance: Path) -> None:
    code = (
        "import sys; from blog import config; settings = config.load(sys.argv[1], environ={});"
        "print('ready', flush=True);"
        "sys.stdin.read(); print(config.with_secret(settings).secret_key)"
    )
    keys = []
    with ExitStack() as stack:
        both = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", code, str(instance)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            )
            for _ in range(2)
        ]
        for process in both:
            assert process.stdin and process.stdout
            assert process.stdout.readline() == b"ready\n"
        for process in both:
            assert process.stdin
            process.stdin.close()
        for process in both:
            assert process.stdout
            keys.append(process.stdout.read().decode().strip())
    assert keys[0] == keys[1] == (instance / "secret_key").read_text().strip()
    assert [file.name for file in instance.iterdir()] == ["secret_key"]
