"""Typed machine settings: argument > BLOG_* environment > instance/config.toml > default.

Settings of the site itself (title, language, networks ...) live in the database: see `core/site/settings.py`.
"""

import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from blog import paths
from blog.files import draft
from blog.hostnames import ascii_name

# A container platform sets such variables for a service named "blog"; they are not settings.
FOREIGN_VARIABLE = re.compile(r"BLOG_(SERVICE_|PORT$|PORT_\d)")


class BadSetting(Exception):
    """A setting has an invalid value; the message names the setting and the allowed values."""


@dataclass(frozen=True)
class Settings:
    """The machine settings of one process; `sources` says where each value comes from."""

    instance: Path
    site_url: str
    database_url: str
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    page_cache_mb: int = 64
    trusted_proxies: int = 0
    access_log: bool = False
    outbound_allow: tuple[str, ...] = ()
    backups: Path | None = None  # None: no daily backups
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def database_file(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def media(self) -> Path:
        return self.instance / "media"

    @property
    def cards(self) -> Path:
        return self.instance / "cards"

    @property
    def backup_folder(self) -> Path:
        """The folder for backups without a file name, even if there are no daily ones."""
        return self.backups or self.instance / "backups"

    @property
    def https(self) -> bool:
        return self.site_url.startswith("https://")


def _site_url(text: str) -> str:
    parts = urlsplit(text.strip())
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError("its port is not a number up to 65535") from error
    hostname = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not hostname or parts.username is not None:
        raise ValueError("it must look like https://blog.example.org")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("it must be a scheme and a host only, like https://blog.example.org, without a path")
    host = _ascii_host(hostname)
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


def _ascii_host(hostname: str) -> str:
    if ":" in hostname:
        return f"[{ipaddress.ip_address(hostname)}]"
    host = hostname.lower() if hostname.isascii() else ascii_name(hostname)
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*", host):
        raise ValueError("its host is not a name that can be looked up")
    return host


def _database_url(text: str) -> str:
    if not text.startswith("sqlite:////") or not Path(text.removeprefix("sqlite:///")).name:
        raise ValueError("it must look like sqlite:////srv/blog/blog.db, with the whole path of the file")
    return text


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError("it must have at least 32 characters")
    return text


def _host(text: str) -> str:
    if not text or re.search(r"[\s/]", text):
        raise ValueError("it must be an address or name of this machine, like 127.0.0.1")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    hosts = []
    for part in re.split(r"[\s,]+", text):
        try:
            parts = urlsplit(f"//{part}")
            host, port = _ascii_host(parts.hostname or ""), parts.port
        except ValueError:
            host, port = "", None
        if not host or parts.netloc != part or "@" in part or part.endswith(":"):
            raise ValueError("it must name hosts like hub.lan or hub.lan:8080, separated by commas")
        hosts.append(f"{host}:{port}" if port else host)
    return tuple(hosts)


def _number(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        text = str(value).strip()
        if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"it must be a whole number from {least} to {most}")
        return int(text)

    return read


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off", "yes", "no", "true", "false", "1", "0"):
        raise ValueError("it must be on or off")
    return text.lower() in ("on", "yes", "true", "1")


def _backups(text: str) -> Path | None:
    if text.lower() == "off":
        return None
    if not Path(text).is_absolute() or "\0" in text:
        raise ValueError("it must be off, or the whole path of a folder, like /mnt/backups")
    return Path(text)


@dataclass(frozen=True)
class Setting:
    """One machine setting: `read` converts its text and raises ValueError; `variable` is its environment variable."""

    read: Callable[[Any], Any]
    variable: str
    meaning: str


SETTINGS: Mapping[str, Setting] = {
    "site_url": Setting(_site_url, "BLOG_SITE_URL", "the address readers use"),
    "database_url": Setting(_database_url, "BLOG_DATABASE_URL", "where the posts are kept"),
    "secret_key": Setting(_secret, "BLOG_SECRET_KEY", "what signs sessions; made on the first run"),
    "workers": Setting(_number(1, 64), "BLOG_WORKERS", "server processes"),
    "page_cache_mb": Setting(_number(0, 65536), "BLOG_PAGE_CACHE_MB", "megabytes for ready-made pages"),
    "trusted_proxies": Setting(_number(0, 10), "BLOG_TRUSTED_PROXIES", "reverse proxies in front of the server"),
    "access_log": Setting(_switch, "BLOG_ACCESS_LOG", "one line a request on standard error"),
    "outbound_allow": Setting(_hosts, "BLOG_OUTBOUND_ALLOW", "hosts of the own network that may be called"),
    "backups": Setting(_backups, "BLOG_BACKUPS", "the folder of daily backups, or off"),
    "host": Setting(_host, "HOST", "the address the server listens on"),
    "port": Setting(_number(1, 65535), "PORT", "the port the server listens on"),
}


def load(instance: Path | str | None = None, environ: Mapping[str, str] | None = None, **arguments: Any) -> Settings:
    """Return the settings; `arguments` (by setting name; None means absent) override all other sources.

    Create nothing; the secret key is empty if there is none yet (see `with_secret`). Raises BadSetting.
    """
    settings, faults = load_with_faults(instance, environ, **arguments)
    if faults:
        raise faults[0]
    return settings


def load_with_faults(
    instance: Path | str | None = None, environ: Mapping[str, str] | None = None, **arguments: Any
) -> tuple[Settings, list[BadSetting]]:
    """Return the settings, with the default for each invalid one, and the faults.

    Create nothing. Raises BadSetting if the instance folder is not chosen.
    """
    environ = os.environ if environ is None else environ
    folder = instance_folder(instance, environ)
    file_values, faults = _config_file(folder / "config.toml")
    faults = _unknown(environ) + faults
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, setting in SETTINGS.items():
        candidates = (
            ("argument", arguments.get(name)),
            (setting.variable, environ.get(setting.variable) or None),
            ("config.toml", file_values.get(name)),
        )
        for source, value in candidates:
            if value is not None:
                try:
                    values[name], sources[name] = _read(setting, name, source, value), source
                except BadSetting as fault:
                    faults.append(fault)
                break
    if "secret_key" not in values:
        values["secret_key"], sources["secret_key"] = "", "secret_key file"
        try:
            values["secret_key"] = _secret_from(folder)
        except BadSetting as fault:
            faults.append(fault)
    return _with_defaults(folder, values, sources), faults


def instance_folder(instance: Path | str | None, environ: Mapping[str, str]) -> Path:
    """Return the instance folder: the argument, BLOG_INSTANCE, or the checkout's folder. Raises BadSetting."""
    chosen = instance or environ.get("BLOG_INSTANCE") or paths.checkout_instance()
    if not chosen:
        raise BadSetting(
            "Which blog? Say --instance DIR, or set BLOG_INSTANCE: an installed copy does not guess its folder."
        )
    if "\0" in str(chosen):
        raise BadSetting("The instance folder's name holds a character that no folder can have.")
    folder = Path(chosen).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise BadSetting(f"The instance folder {folder} is a file, not a folder.")
    return folder


def _unknown(environ: Mapping[str, str]) -> list[BadSetting]:
    variables = {setting.variable for setting in SETTINGS.values()} | {"BLOG_INSTANCE"}
    faults = []
    for name in sorted(environ):
        if name.startswith("BLOG_") and name not in variables and not FOREIGN_VARIABLE.match(name):
            near = get_close_matches(name, variables, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(variables))}."
            faults.append(BadSetting(f"There is no setting {name}. {hint}"))
    return faults


def _config_file(file: Path) -> tuple[dict[str, Any], list[BadSetting]]:
    """Return the values of a config.toml, and its faults."""
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except tomllib.TOMLDecodeError as error:
        return {}, [BadSetting(f"{file} cannot be read as TOML: {error}.")]
    except UnicodeDecodeError:
        return {}, [BadSetting(f"{file} is not UTF-8 text.")]
    except (ValueError, RecursionError):
        return {}, [BadSetting(f"{file} cannot be read as TOML.")]
    except OSError as error:
        return {}, [BadSetting(f"{file} cannot be read: {error.strerror}.")]
    unknown = [name for name in values if name not in SETTINGS]
    return values, [
        BadSetting(f"{file} holds an unknown setting: {name}. Known: {', '.join(SETTINGS)}.") for name in unknown
    ]


def _read(setting: Setting, name: str, source: str, value: Any) -> Any:
    label = {"argument": f"--{name.replace('_', '-')}", "config.toml": f"{name} in config.toml"}.get(source, source)
    value_text = "" if name == "secret_key" else f" is {str(value)!r}, and"
    if not isinstance(value, str | int) or (isinstance(value, bool) and setting.read is not _switch):
        raise BadSetting(f"{label} must be a text or a whole number.")
    try:
        return setting.read(str(value).strip())
    except ValueError as error:
        raise BadSetting(f"{label}{value_text} cannot be used: {error}.".replace("  ", " ")) from error


def _with_defaults(folder: Path, values: dict[str, Any], sources: dict[str, str]) -> Settings:
    defaults: dict[str, Any] = {
        "site_url": local_address(values.get("host", Settings.host), values.get("port", Settings.port)),
        "database_url": f"sqlite:///{folder / 'blog.db'}",
        "workers": min(os.cpu_count() or 1, 4),
        "backups": folder / "backups",
    }
    sources = {name: sources.get(name, "default") for name in SETTINGS}
    return Settings(instance=folder, sources=sources, **(defaults | values))


def local_address(host: str, port: int) -> str:
    """Return the URL of the server for a browser on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    return f"http://{name}" + (f":{port}" if port != 80 else "")


def with_secret(settings: Settings) -> Settings:
    """Return the settings with a secret key. Create the key if there is none, readable by its owner only.

    Call it once the database exists: an instance with a key and no database has lost its database.
    """
    if settings.secret_key:
        return settings
    try:
        _make_secret(settings.instance / "secret_key")
    except OSError as error:
        raise BadSetting(f"The secret key cannot be made in {settings.instance}: {error.strerror}.") from error
    return replace(settings, secret_key=_secret_from(settings.instance))


def _secret_from(folder: Path) -> str:
    file = folder / "secret_key"
    try:
        return _secret(file.read_text("ascii").strip())
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise BadSetting(f"The secret key {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadSetting(
            f"The secret key {file} is damaged. Remove the file to have a new one made (everybody signs in again)."
        ) from error


def _make_secret(file: Path) -> None:
    secret = BytesIO(f"{secrets.token_hex(32)}\n".encode())
    # A link, not a rename: if two processes start at once, the first key stays.
    with draft(file, secret, 0o600) as temporary, suppress(FileExistsError):
        os.link(temporary, file)
