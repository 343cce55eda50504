"""Folders of Markdown as Hugo, Jekyll and Pelican keep them: what each file says."""

from datetime import date
from pathlib import Path

import pytest

from blog.transfer.document import Document, Problem, SkippedFile
from tests.transfer.library import document, problem, read_items, text
from tests.world import picture, write


def test_front_matter_becomes_a_document(tmp_path: Path) -> None:
    head = {
        "date": "2024-05-01", "updated": "2024-05-02", "slug": "rivers", "tags": "[Volga, Ganges]",
        "summary": "Two rivers.", "lang": "en", "author": "Ana",
        "canonical_url": "https://a.example/r", "unlisted": "true",
    }  # fmt: skip
    write(tmp_path, "rivers.md", text("Rivers", "Water.", **head))
    assert document(tmp_path) == Document(
        source="rivers.md", title="Rivers", body="Water.\n", slug="rivers", summary="Two rivers.",
        tags=["Volga", "Ganges"], date="2024-05-01", updated="2024-05-02", language="en", author="Ana", canonical_url="https://a.example/r",
        unlisted=True, first_line=14,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["summary", "description", "excerpt"])
def test_the_summary_has_three_names(tmp_path: Path, name: str) -> None:
    write(tmp_path, "a.md", text(**{name: "In short."}))
    assert document(tmp_path).summary == "In short."


@pytest.mark.parametrize("written", ["Volga, Ganges", "[Volga, Ganges]", '["Volga", "Ganges"]', "\n- Volga\n- Ganges"])
def test_tags_are_a_list_or_separated_by_commas(tmp_path: Path, written: str) -> None:
    write(tmp_path, "a.md", text(tags=written))
    assert document(tmp_path).tags == ["Volga", "Ganges"]


def test_categories_are_tags_too(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(tags="Volga", categories="[Rivers]", category="Water"))
    assert document(tmp_path).tags == ["Volga", "Rivers", "Water"]


@pytest.mark.parametrize(
    ("name", "written"), [("aliases", "[/old/]"), ("redirect_from", "/old/"), ("permalink", "/old/"), ("url", "/old/")]
)
def test_old_addresses_have_four_names(tmp_path: Path, name: str, written: str) -> None:
    write(tmp_path, "a.md", text(**{name: written}))
    assert document(tmp_path).aliases == ["/old/"]


def test_a_permalink_with_placeholders_is_no_address(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(permalink="/:year/:title/"))
    assert document(tmp_path).aliases == []


def test_a_toml_date_keeps_its_type(tmp_path: Path) -> None:
    write(tmp_path, "a.md", '+++\ntitle = "A"\ndate = 2024-05-01\nlastmod = "2024-05-02"\n+++\nText')
    assert (document(tmp_path).date, document(tmp_path).updated) == (date(2024, 5, 1), "2024-05-02")


def test_the_title_no_stays_no(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text("No"))
    assert document(tmp_path).title == "No"


# -- Hugo ---------------------------------------------------------------------------------------------------


def test_a_page_bundle_is_named_by_its_folder_and_finds_its_pictures(tmp_path: Path) -> None:
    write(tmp_path, "posts/rivers/index.md", text(body="![](volga.png)", cover="ganges.png"))
    for name in ("volga.png", "ganges.png"):
        write(tmp_path, f"posts/rivers/{name}", picture())
    item = document(tmp_path)
    assert item.slug == "rivers"
    assert [each.file.name for each in item.images] == ["volga.png", "ganges.png"]


def test_a_section_page_is_skipped_and_named(tmp_path: Path) -> None:
    write(tmp_path, "posts/_index.md", text("Posts"))
    assert [(item.source, type(item)) for item in read_items(tmp_path)] == [("posts/_index.md", SkippedFile)]


def test_what_a_generator_made_is_left_out(tmp_path: Path) -> None:
    for folder in ("public", "themes/plain", "node_modules/x", ".git"):
        write(tmp_path, f"{folder}/a.md", text())
    write(tmp_path, "content/b.md", text())
    assert document(tmp_path).source == "content/b.md"


@pytest.mark.parametrize("folder", ["", "static", "content", "assets", "source"])
def test_a_picture_named_from_the_root_is_found(tmp_path: Path, folder: str) -> None:
    file = write(tmp_path / folder, "images/x.png", picture())
    write(tmp_path, "content/posts/a.md", text(body="![](/images/x.png)"))
    assert [each.file.resolve() for each in document(tmp_path).images] == [file]


# -- Jekyll -------------------------------------------------------------------------------------------------


def test_a_file_name_gives_date_and_slug(tmp_path: Path) -> None:
    write(tmp_path, "_posts/2024-05-01-two-rivers.md", text())
    assert (document(tmp_path).date, document(tmp_path).slug) == ("2024-05-01", "two-rivers")


def test_a_date_in_the_front_matter_wins_over_the_file_name(tmp_path: Path) -> None:
    write(tmp_path, "_posts/2024-05-01-two-rivers.md", text(date="2024-06-02 10:00:00 +0100"))
    assert document(tmp_path).date == "2024-06-02 10:00:00 +0100"


@pytest.mark.parametrize(
    "head", [{"published": "false"}, {"published": "False"}, {"draft": "true"}, {"draft": "True"}, {"status": "draft"}]
)
def test_a_text_that_says_so_is_a_draft(tmp_path: Path, head: dict[str, str]) -> None:
    write(tmp_path, "a.md", text(date="2024-05-01", **head))
    assert document(tmp_path).draft


def test_published_true_is_no_draft(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(date="2024-05-01", published="true"))
    assert not document(tmp_path).draft


def test_texts_among_the_drafts_are_drafts(tmp_path: Path) -> None:
    write(tmp_path, "_drafts/a.md", text(date="2024-05-01"))
    assert document(tmp_path).draft


def test_a_draft_that_is_neither_yes_nor_no_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text(draft="perhaps"))
    assert "draft: perhaps" in problem(tmp_path).message


@pytest.mark.parametrize("name", ["layout", "type", "kind"])
def test_a_page_is_told_by_its_layout(tmp_path: Path, name: str) -> None:
    write(tmp_path, "about.md", text(**{name: "page"}))
    assert document(tmp_path).kind == "page"


# -- Pelican ------------------------------------------------------------------------------------------------


def test_a_pelican_text_is_named_by_its_title(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/file-7.md",
        "Title: Two Rivers\nDate: 2024-05-01 10:00\nTags: Volga, Ganges\nAuthors: Ana, Bo\n\nText",
    )
    item = document(tmp_path)
    assert (item.slug, item.date, item.tags, item.author) == (
        "two-rivers",
        "2024-05-01 10:00",
        ["Volga", "Ganges"],
        "Ana",
    )


def test_a_pelican_status_makes_drafts_and_unlisted_texts(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "Title: A\nStatus: draft\n\nText")
    write(tmp_path, "b.md", "Title: B\nStatus: hidden\n\nText")
    drafts = [(item.draft, item.unlisted) for item in read_items(tmp_path) if isinstance(item, Document)]
    assert drafts == [(True, False), (False, True)]


def test_texts_among_the_pages_are_pages(tmp_path: Path) -> None:
    write(tmp_path, "content/pages/about.md", "Title: About\n\nText")
    assert document(tmp_path).kind == "page"


@pytest.mark.parametrize("mark", ["static", "attach", "filename"])
def test_a_pelican_picture_is_found(tmp_path: Path, mark: str) -> None:
    file = write(tmp_path, "content/images/x.png", picture())
    write(tmp_path, "content/a.md", f"Title: A\n\n![]({{{mark}}}/images/x.png)")
    assert [each.file.resolve() for each in document(tmp_path).images] == [file]


# -- files --------------------------------------------------------------------------------------------------


def test_a_file_without_front_matter_is_skipped_and_named(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "# Read me\n")
    assert read_items(tmp_path) == [SkippedFile("README.md", "no front matter")]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(tmp_path: Path, end: str) -> None:
    write(tmp_path, "a.md", text("Rivers", "One\n\nTwo").replace("\n", end))
    assert (document(tmp_path).title, document(tmp_path).body) == ("Rivers", "One\n\nTwo\n")


def test_a_byte_order_mark_is_overlooked(tmp_path: Path) -> None:
    write(tmp_path, "a.md", b"\xef\xbb\xbf" + text("Rivers").encode())
    assert document(tmp_path).title == "Rivers"


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Two Rivers.md", "two-rivers"), ("Über Flüsse.md", "uber-flusse"), ("गंगा.md", "gngaa"), ("A.MARKDOWN", "a")],
)
def test_file_names_in_any_script_become_slugs(tmp_path: Path, name: str, slug: str) -> None:
    write(tmp_path, name, text())
    assert (document(tmp_path).slug, document(tmp_path).source) == (slug, name)


def test_one_file_may_be_read_alone(tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", text())
    write(tmp_path, "b.md", text())
    assert document(file).source == "a.md"


def test_documents_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.md", "c/a.md", "a.md"):
        write(tmp_path, name, text())
    assert [item.source for item in read_items(tmp_path)] == sorted(
        (item.source for item in read_items(tmp_path)), key=Path
    )


def test_a_problem_does_not_end_the_reading(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\nnever closed")
    write(tmp_path, "b.md", text())
    assert [type(item) for item in read_items(tmp_path)] == [Problem, Document]
