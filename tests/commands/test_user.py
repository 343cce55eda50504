"""user add, password, list, remove."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.transfer.library import everything, rows
from tests.world import Blog, Result

Command = Callable[..., Result]
PASSWORD = "seven quiet rivers"


def add(command: Command, email: str = "ana@example.org", name: str = "Ana", stdin: str = PASSWORD) -> Result:
    return command("user", "add", email, "--name", name, "--password-stdin", "--json", stdin=f"{stdin}\n")


def verifies(instance: Path, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    ((stored,),) = rows(instance, "SELECT password FROM person")
    assert stored.startswith("$argon2id$")
    try:
        return PasswordHasher().verify(stored, password)
    except VerifyMismatchError:
        return False


def test_a_person_is_added_with_a_password_that_is_only_kept_hashed(
    command: Command, instance: Path, app: object
) -> None:
    result = add(command, "Ana@Example.org")
    assert result.status == 0
    assert (result.data["email"], result.data["name"], result.data["slug"]) == ("ana@example.org", "Ana", "ana")
    assert verifies(instance, PASSWORD)
    assert PASSWORD not in result.out


def test_people_are_told_in_a_sentence(command: Command, app: object) -> None:
    result = command("user", "add", "ana@example.org", "--name", "Ana", "--password-stdin", stdin=PASSWORD)
    assert result.out == "Ana (ana@example.org) can write here now.\n"


def test_a_password_keeps_its_spaces_and_loses_its_line_end(command: Command, instance: Path, app: object) -> None:
    assert add(command, stdin="  ten letters  \r").status == 0
    assert verifies(instance, "  ten letters  ")


@pytest.mark.parametrize(
    ("email", "name", "password", "said"),
    [
        ("ana", "Ana", PASSWORD, "is not an e-mail address"),
        ("ana@example", "Ana", PASSWORD, "is not an e-mail address"),
        ("a b@example.org", "Ana", PASSWORD, "is not an e-mail address"),
        ("x" * 300 + "@example.org", "Ana", PASSWORD, "is not an e-mail address"),
        ("ana@example.org", " ", PASSWORD, "A name needs 1 to 120 characters"),
        ("ana@example.org", "x" * 121, PASSWORD, "A name needs 1 to 120 characters"),
        ("ana@example.org", "Ana", "", "The password has 0 characters"),
        ("ana@example.org", "Ana", "short", "The password has 5 characters; it needs 10 to 1000"),
        ("ana@example.org", "Ana", "x" * 1001, "The password has 1001 characters"),
        ("bo@example.org", "Bo Two", PASSWORD, "has an account already"),
        ("BO@example.org", "Bo Two", PASSWORD, "has an account already"),
    ],
)
def test_bad_input_is_one_sentence_and_adds_nobody(
    command: Command, instance: Path, app: object, email: str, name: str, password: str, said: str
) -> None:
    add(command, "bo@example.org", "Bo")
    before = everything(instance)
    result = add(command, email, name, password)
    assert (result.status, result.out) == (1, "")
    assert said in result.err and result.err.count("\n") == 1
    assert everything(instance) == before


def test_two_people_of_one_name_have_two_slugs(command: Command, app: object) -> None:
    add(command)
    assert add(command, "other@example.org").data["slug"] == "ana-2"


def test_a_password_is_changed(command: Command, instance: Path, app: object) -> None:
    add(command)
    result = command("user", "password", "ANA@example.org", "--password-stdin", "--json", stdin="eight loud rivers\n")
    assert (result.status, result.data["email"]) == (0, "ana@example.org")
    assert verifies(instance, "eight loud rivers") and not verifies(instance, PASSWORD)


def test_a_password_that_is_too_short_changes_nothing(command: Command, instance: Path, app: object) -> None:
    add(command)
    assert command("user", "password", "ana@example.org", "--password-stdin", stdin="short\n").status == 1
    assert verifies(instance, PASSWORD)


@pytest.mark.parametrize("name", ["password", "remove"])
def test_somebody_unknown_is_named(command: Command, app: object, name: str) -> None:
    more = ["--password-stdin"] if name == "password" else []
    result = command("user", name, "nobody@example.org", *more, stdin=PASSWORD)
    assert (result.status, result.out) == (1, "")
    assert result.err == "Nobody here has the address nobody@example.org. `broadsheet user list` names everybody.\n"


def test_everybody_is_listed(command: Command, app: object) -> None:
    assert command("user", "list").out.startswith("Nobody yet.")
    add(command)
    add(command, "bo@example.org", "Bo")
    assert command("user", "list").out == "ana@example.org  Ana\nbo@example.org  Bo\n"
    people = command("user", "list", "--json").data["users"]
    assert [(one["email"], one["name"]) for one in people] == [("ana@example.org", "Ana"), ("bo@example.org", "Bo")]
    assert not any("password" in one for one in people)


def test_a_person_without_posts_is_removed(command: Command, instance: Path, app: object) -> None:
    add(command)
    result = command("user", "remove", "ana@example.org", "--json")
    assert (result.status, result.data) == (0, {"name": "Ana", "removed": True})
    assert rows(instance, "SELECT * FROM person") == []


def test_posts_keep_the_name_of_a_person_who_was_removed(command: Command, instance: Path, blog: Blog) -> None:
    add(command)
    ((number,),) = rows(instance, "SELECT id FROM person")
    blog.make_post("Rivers", author_id=number)
    command("user", "remove", "ana@example.org")
    assert "Ana" in blog.get("/posts/rivers/").text
    assert rows(instance, "SELECT email, password FROM person") == [(None, None)]
    assert command("user", "list", "--json").data == {"users": []}


def test_a_byline_that_an_import_made_becomes_the_persons(
    command: Command, instance: Path, app: object, tmp_path: Path
) -> None:
    from tests.transfer.library import text
    from tests.world import write

    write(tmp_path, "in/a.md", text("A", date="2024-05-01", author="Ana"))
    command("import", str(tmp_path / "in"))
    add(command)
    assert rows(instance, "SELECT name, email FROM person") == [("Ana", "ana@example.org")]
