"""config: the site's settings, and where each machine setting comes from."""

from typing import Any

import click

from blog import config as machine
from blog.commands import json_option, open_blog, print_result
from blog.config import Settings
from blog.core.errors import Invalid
from blog.core.site import settings as core
from blog.core.site.settings import configure


@click.command()
@click.argument("key", required=False)
@click.argument("value", required=False)
@json_option
def config(key: str | None, value: str | None, as_json: bool) -> None:
    """Show the settings, or one; with a VALUE, change a site setting."""
    with open_blog(create=value is not None) as app:
        settings: Settings = app.extensions["settings"]
        if key is None:
            _show_all(settings, as_json)
        elif value is None:
            text, data = _text_and_value(settings, key)
            print_result(text, {"key": key, "value": data}, as_json=as_json)
        else:
            _change(key, value, as_json)


def _change(key: str, value: str, as_json: bool) -> None:
    if key in machine.SETTINGS:
        variable = machine.SETTINGS[key].variable
        raise Invalid("key", f"{key} is a machine setting: set {variable}, or write it into config.toml.")
    row = configure(key, value)
    print_result(f"{key} = {core.format_setting(row, key)}", {"key": key, "value": getattr(row, key)}, as_json=as_json)


def _text_and_value(settings: Settings, key: str) -> tuple[str, Any]:
    if key in machine.SETTINGS:
        data = _machine_value(settings, key)
        return _value_text(data), data
    core.setting(key)
    row = core.site()
    return core.format_setting(row, key), getattr(row, key)


def _machine_value(settings: Settings, key: str) -> Any:
    if key == "backups":
        return str(settings.backups or "off")
    return "(kept secret)" if key == "secret_key" else getattr(settings, key)


def _value_text(value: Any) -> str:
    return ", ".join(value) or "–" if isinstance(value, tuple) else str(value)


def _show_all(settings: Settings, as_json: bool) -> None:
    row = core.site()
    if as_json:
        site = {name: getattr(row, name) for name in core.SETTINGS}
        machine_settings = {
            name: {"value": _machine_value(settings, name), "source": settings.sources[name]}
            for name in machine.SETTINGS
        }
        print_result("", {"site": site, "machine": machine_settings, "instance": str(settings.instance)}, as_json=True)
        return
    click.echo("Site settings (broadsheet config KEY VALUE changes one)")
    for name, setting in core.SETTINGS.items():
        click.echo(f"  {name:<16}{core.format_setting(row, name) or '–'}\n{'':18}{setting.meaning}")
    click.echo(f"\nMachine settings (instance folder {settings.instance})")
    for name, machine_setting in machine.SETTINGS.items():
        text = _value_text(_machine_value(settings, name))
        click.echo(f"  {name:<16}{text}\n{'':18}{machine_setting.meaning}; from {settings.sources[name]}")
