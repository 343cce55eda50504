"""Files that cannot be read, hostile front matter, and pictures that are missing or lie elsewhere."""

import os
import time
from pathlib import Path

import pytest

from blog.transfer.document import Document
from blog.transfer.readers.markdown import replace_addresses
from tests.transfer.library import document, problem, read_items, text
from tests.world import picture, write


def test_an_empty_file_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "")
    assert (problem(tmp_path).source, problem(tmp_path).message) == ("a.md", "The file is empty.")


def test_a_file_of_spaces_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", " \n\n ")
    assert problem(tmp_path).message == "The file is empty."


def test_invalid_utf8_is_a_problem_in_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(body="One\n").encode() + b"caf\xe9\n")
    assert "not UTF-8" in problem(tmp_path).message
    assert problem(tmp_path).line == 7


def test_a_nul_is_a_problem_in_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(body="One\n\0"))
    assert "NUL" in problem(tmp_path).message
    assert problem(tmp_path).line == 6


def test_a_huge_file_is_a_problem_that_says_how_huge(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(body="word " * 200_000))
    assert "976 kB; 512 kB are allowed" in problem(tmp_path).message


def test_a_front_matter_that_is_never_closed_names_line_one(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\ntitle: A\n\nText")
    assert (problem(tmp_path).line, str(problem(tmp_path))[:7]) == (1, "a.md:1:")


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\ntitle: A\ntags: [a, b\nsummary: c\n---\n")
    assert "not YAML" in problem(tmp_path).message
    assert problem(tmp_path).line in (3, 4)


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a.md", '+++\ntitle = "A"\n\ntags = nothing\n+++\n')
    assert "not TOML" in problem(tmp_path).message
    assert problem(tmp_path).line == 4


def test_a_text_without_a_title_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\ndate: 2024-05-01\n---\nText")
    assert "no title" in problem(tmp_path).message


@pytest.mark.parametrize(
    "line", ["title: [a, b]", "title: {a: b}", "title: A\ntags: {a: b}", "title: A\ndate: [1]", "title: A\nslug: [x]"]
)
def test_a_value_of_the_wrong_shape_is_a_problem(tmp_path: Path, line: str) -> None:
    write(tmp_path, "a.md", f"---\n{line}\n---\nText")
    assert "front matter" in problem(tmp_path).message


def test_a_yaml_object_is_never_made(tmp_path: Path) -> None:
    mark = tmp_path / "made"
    write(tmp_path, "a.md", text(summary=f'!!python/object/apply:os.system ["touch {mark}"]'))
    write(tmp_path, "b.md", text("!!python/name:os.system"))
    assert not [
        item for item in read_items(tmp_path) if isinstance(item, Document) and "system" in item.title + item.summary
    ]
    assert not mark.exists()


@pytest.mark.parametrize("name", ["title", "tags", "aliases", "author", "authors", "cover", "date", "kind"])
def test_a_bomb_of_yaml_aliases_does_no_harm(tmp_path: Path, name: str) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for one, before in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]")
    title = "" if name == "title" else "title: A\n"
    write(tmp_path, "a.md", "---\n" + title + "\n".join(lines) + f"\n{name}: *i\n---\nText")
    start = time.monotonic()
    assert name in problem(tmp_path).message
    assert time.monotonic() - start < 3


def test_a_link_to_a_text_outside_is_refused(tmp_path: Path) -> None:
    outside = write(tmp_path, "private.md", text("Private"))
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.md").symlink_to(outside)
    assert "outside" in problem(folder).message


def test_a_link_that_leads_nowhere_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "gone.md")
    assert problem(tmp_path).source == "a.md"


def test_a_link_to_itself_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "a.md")
    assert problem(tmp_path).source == "a.md"


def test_a_pipe_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert problem(tmp_path).message == "It is not a file."


# -- pictures -----------------------------------------------------------------------------------------------


def test_a_missing_picture_is_a_problem_in_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(body="One.\n\nTwo.\n\n![](gone.png)"))
    assert problem(tmp_path).message == "The picture gone.png is missing."
    assert problem(tmp_path).line == 9


def test_a_missing_cover_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(cover="gone.png"))
    assert problem(tmp_path).message == "The picture gone.png is missing."


@pytest.mark.parametrize("address", ["../secret.png", "x/../../secret.png", "%2e%2e/secret.png", "/../secret.png"])
def test_a_picture_outside_the_folder_is_refused(tmp_path: Path, address: str) -> None:
    write(tmp_path, "secret.png", picture())
    write(tmp_path, "texts/a.md", text(body=f"![]({address})"))
    (tmp_path / "texts" / "x").mkdir()
    assert "missing" in problem(tmp_path / "texts").message


def test_a_picture_by_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    outside = write(tmp_path, "secret.png", picture())
    write(tmp_path, "texts/a.md", text(body="![](x.png)"))
    (tmp_path / "texts" / "x.png").symlink_to(outside)
    assert "missing" in problem(tmp_path / "texts").message


def test_a_picture_with_an_endless_name_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(body=f"![]({'x' * 5000}.png)"))
    assert problem(tmp_path).source == "a.md"


@pytest.mark.parametrize(
    "address", ["https://a.example/x.png", "//a.example/x.png", "data:image/png;base64,AA==", "/media/x.png"]
)
def test_a_picture_that_lies_elsewhere_is_not_looked_for(tmp_path: Path, address: str) -> None:
    write(tmp_path, "a.md", text(body=f"![]({address})"))
    assert document(tmp_path).images == []


@pytest.mark.parametrize(
    "body",
    [
        "![a](x.png)",
        "![a](<x.png>)",
        '![a](x.png "Title")',
        "![a][r]\n\n[r]: x.png",
        '<img alt="" src="x.png">',
        "[![a](x.png)](/big)",
    ],
)
def test_a_picture_is_found_however_it_is_written(tmp_path: Path, body: str) -> None:
    write(tmp_path, "x.png", picture())
    write(tmp_path, "a.md", text(body=body))
    item = document(tmp_path)
    assert [each.file.name for each in item.images] == ["x.png"]
    replaced = replace_addresses(item.body, {each.address: "/media/new.png" for each in item.images})
    assert "/media/new.png" in replaced and "x.png" not in replaced


@pytest.mark.parametrize("body", ["`![a](x.png)`", '`<img src="x.png">`', "```\n![a](x.png)\n```", "    ![a](x.png)"])
def test_a_picture_in_code_is_only_shown(tmp_path: Path, body: str) -> None:
    write(tmp_path, "a.md", text(body=body))
    assert document(tmp_path).images == []


@pytest.mark.parametrize("code", ["`![a](x.png)`", "```\n![a](x.png)\n```", "    ![a](x.png)"])
def test_the_address_of_a_picture_stays_in_code(code: str) -> None:
    body = f"{code}\n\n![a](x.png)"
    assert replace_addresses(body, {"x.png": "/media/new.png"}) == f"{code}\n\n![a](/media/new.png)"


def test_an_address_is_not_replaced_within_a_longer_one() -> None:
    body = "![](x.png) ![](y/x.png) ![](x.png.png)"
    assert replace_addresses(body, {"x.png": "/media/n.png"}) == "![](/media/n.png) ![](y/x.png) ![](x.png.png)"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("my pic.png", "<my pic.png>"),
        ("my pic.png", "my%20pic.png"),
        ("bäume.png", "bäume.png"),
        ("गंगा.png", "<गंगा.png>"),
        ("a(1).png", "a(1).png"),
    ],
)
def test_a_picture_with_a_difficult_name_is_found_and_replaced(tmp_path: Path, name: str, written: str) -> None:
    write(tmp_path, name, picture())
    write(tmp_path, "a.md", text(body=f"![a]({written})"))
    item = document(tmp_path)
    assert [each.file.name for each in item.images] == [name]
    addresses = {each.address: "/media/new.png" for each in item.images}
    assert replace_addresses(item.body, addresses).strip() in ("![a](/media/new.png)", "![a](</media/new.png>)")
