"""Front matter: what is said about a text, apart from the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.transfer.readers.front_matter import InvalidFile, split


def test_yaml_is_split_from_the_text() -> None:
    parsed = split("---\ntitle: Rivers\ntags: [Volga, Ganges]\n---\n\nText\n")
    assert parsed is not None
    assert parsed.fields == {"title": "Rivers", "tags": ["Volga", "Ganges"]}
    assert (parsed.body, parsed.style, parsed.first_line) == ("Text\n", "yaml", 6)


def test_toml_is_split_from_the_text() -> None:
    parsed = split('+++\ntitle = "Rivers"\ndraft = true\n+++\nText')
    assert parsed is not None
    assert parsed.fields == {"title": "Rivers", "draft": True}
    assert (parsed.body, parsed.style, parsed.first_line) == ("Text", "toml", 5)


def test_pelican_lines_are_split_from_the_text() -> None:
    parsed = split("Title: Rivers\nDate: 2024-05-01 10:00\nTags: Volga, Ganges\nSummary: One\n    and two\n\nText\n")
    assert parsed is not None
    assert parsed.fields == {
        "title": "Rivers", "date": "2024-05-01 10:00", "tags": "Volga, Ganges", "summary": "One and two",
    }  # fmt: skip
    assert (parsed.body, parsed.style, parsed.first_line) == ("Text\n", "pelican", 7)


def test_names_are_read_in_any_case() -> None:
    parsed = split("---\nTitle: A\nTAGS: b\n---\n")
    assert parsed is not None and parsed.fields == {"title": "A", "tags": "b"}


def test_yaml_may_end_with_three_dots() -> None:
    parsed = split("---\ntitle: A\n...\nText")
    assert parsed is not None and (parsed.fields, parsed.body) == ({"title": "A"}, "Text")


def test_spaces_after_the_marks_are_overlooked() -> None:
    parsed = split("---  \ntitle: A\n--- \nText")
    assert parsed is not None and parsed.body == "Text"


def test_an_empty_front_matter_says_nothing() -> None:
    parsed = split("---\n---\nText")
    assert parsed is not None and (parsed.fields, parsed.body) == ({}, "Text")


def test_a_rule_within_the_text_stays_there() -> None:
    parsed = split("---\ntitle: A\n---\nOne\n\n---\n\nTwo")
    assert parsed is not None and parsed.body == "One\n\n---\n\nTwo"


@pytest.mark.parametrize("text", ["", "Text", "# Title\n\nText", "Dear reader: hello\n", "\n---\ntitle: A\n---\n"])
def test_a_text_without_front_matter_has_none(text: str) -> None:
    assert split(text) is None


@pytest.mark.parametrize("mark", ["---", "+++"])
def test_a_front_matter_that_is_never_closed_is_an_error(mark: str) -> None:
    with pytest.raises(InvalidFile, match="never closed") as error:
        split(f"{mark}\ntitle: A\n\nText without an end")
    assert error.value.line == 1


def test_toml_is_not_closed_by_three_dots() -> None:
    with pytest.raises(InvalidFile, match="never closed"):
        split('+++\ntitle = "A"\n...\nText')


def test_broken_yaml_names_the_line_of_the_file() -> None:
    with pytest.raises(InvalidFile, match="not YAML") as error:
        split("---\ntitle: A\nsummary: one: two\n---\n")
    assert error.value.line == 3


def test_broken_toml_names_the_line_of_the_file() -> None:
    with pytest.raises(InvalidFile, match="not TOML") as error:
        split('+++\ntitle = "A"\ndate = yesterday\n+++\n')
    assert error.value.line == 3


@pytest.mark.parametrize("head", ["- one\n- two", "only words"])
def test_yaml_without_keys_is_an_error(head: str) -> None:
    with pytest.raises(InvalidFile, match="key: value"):
        split(f"---\n{head}\n---\n")


def test_the_title_no_stays_a_word() -> None:
    parsed = split("---\ntitle: No\ndate: 2024-05-01\nversion: 1.10\n---\n")
    assert parsed is not None and parsed.fields == {"title": "No", "date": "2024-05-01", "version": "1.10"}


def test_a_bomb_of_yaml_aliases_is_read_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for one, before in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]")
    start = time.monotonic()
    parsed = split("---\n" + "\n".join(lines) + "\n---\n")
    assert parsed is not None and len(parsed.fields["i"]) == 9
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("mark", ["---", "+++"])
def test_a_list_nested_five_thousand_deep_is_an_error(mark: str) -> None:
    key = "a: " if mark == "---" else "a = "
    with pytest.raises(InvalidFile):
        split(f"{mark}\n{key}{'[' * 5000}{']' * 5000}\n{mark}\n")


@pytest.mark.parametrize(
    "text",
    [
        '---\ntitle: "\\UFFFFFFFF"\n---\n',  # no such character
        "---\ntitle: A\x07B\n---\n",  # a character that YAML forbids
        "---\n[a, b]: c\n---\n",  # a list for a key
        "---\ntitle: *nobody\n---\n",  # an alias of nothing
        "---\n%YAML 9.9\n---\n",
        f"+++\nweight = {'9' * 5000}\n+++\n",  # more digits than Python reads
        "+++\ndate = 2024-02-30\n+++\n",
        '+++\ntitle = "A"\ntitle = "B"\n+++\n',
    ],
)
def test_strange_values_are_errors_in_words(text: str) -> None:
    with pytest.raises(InvalidFile, match="front matter"):
        split(text)


def test_more_than_64_kb_of_front_matter_is_an_error() -> None:
    with pytest.raises(InvalidFile, match="64 kB"):
        split("---\ntitle: A\n" + "x: y\n" * 20_000 + "---\n")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.sampled_from(["---\n", "+++\n", "Title: "]), st.text(max_size=200), st.sampled_from(["\n---\n", "\n+++\n", "\n"])
)
def test_any_text_is_read_or_refused(start: str, middle: str, end: str) -> None:
    try:
        parsed = split(start + middle + end)
    except InvalidFile as error:
        assert str(error) and error.line >= 1
    else:
        assert parsed is None or isinstance(parsed.fields, dict)
