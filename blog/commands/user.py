"""user add, password, list, remove: the people who write here."""

import sys
from typing import Any

import click

from blog.commands import json_option, open_blog, print_result
from blog.core.accounts import people as account_people
from blog.core.accounts import throttle
from blog.models import Person

from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def user() -> None:
    """People who write here."""


def _password(stdin: bool) -> str:
    if stdin or sys.stdin is None or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _data(person: Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "slug": person.slug,
        "created_at": person.created_at.isoformat(),
    }


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The name readers see.")
@from_stdin
@json_option
def add(email: str, name: str, password_stdin: bool, as_json: bool) -> None:
    """Add a person."""
    with open_blog(create=True):
        person = account_people.add(account_people.validate_email(email), name, _password(password_stdin))
        print_result(f"{person.name} ({person.email}) can write here now.", _data(person), as_json=as_json)


@user.command()
@click.argument("email")
@from_stdin
@json_option
def password(email: str, password_stdin: bool, as_json: bool) -> None:
    """Give a person another password: also one who tried too often. All their sessions end."""
    with open_blog() as app:
        person = account_people.set_password(email, _password(password_stdin))
        throttle.forget_failures(email, app.config["SECRET_KEY"])
        print_result(f"The password of {person.email} is changed.", _data(person), as_json=as_json)


@user.command("list")
@json_option
def list_people(as_json: bool) -> None:
    """List everybody who can sign in."""
    with open_blog():
        people = account_people.list_accounts()
        lines = [f"{person.email}  {person.name}" for person in people]
        text = "\n".join(lines) or "Nobody yet. `broadsheet user add EMAIL --name NAME` adds the first person."
        print_result(text, {"users": [_data(person) for person in people]}, as_json=as_json)


@user.command()
@click.argument("email")
@json_option
def remove(email: str, as_json: bool) -> None:
    """Take away a person's account. Posts keep their author's name."""
    with open_blog():
        person = account_people.remove(email)
        print_result(f"{person.name} cannot sign in any more.", {"name": person.name, "removed": True}, as_json=as_json)
