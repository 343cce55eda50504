"""What browsers leave out of a stylesheet, by line."""

import pytest

from blog.web.theme.custom_css import find_faults

GOOD = [
    "",
    "a { color: red }",
    "/* first */ :root { --measure: 34em; }\n@media (width > 40em) { a { b: c; & d { e: f } } }",
    "@layer x; @layer x { a { b: c } } /* last */",
    '@font-face { font-family: "Own"; src: url(/media/x.woff2) }',
    "a::before { content: '}' } b { background: url(data:image/png;base64,AAAA) }",
]
BAD = [
    ("a {\n  color: red;\n", 1, "never closed"),
    ("a {}\n/* b {}", 2, "never closed"),
    ("a {}\n}\nb {}", 2, "Unmatched }"),
    ("a {\n  color red;\n}", 2, "browsers skip"),
    ("@media print {\n  a {\n    b;\n  }\n}", 3, "browsers skip"),
    ("a { b: 'x\n}", 1, "Bad string"),
    ("\n@import '/static/x.css';", 2, "@import works only at the beginning"),
    ("a { b: url(https://far.example/x.png) }", 1, "lies elsewhere"),
    ("a {\n b: url('//far.example/x.png') }", 2, "lies elsewhere"),
]


@pytest.mark.parametrize("css", GOOD)
def test_a_good_stylesheet_has_no_faults(css: str) -> None:
    assert find_faults(css) == []


@pytest.mark.parametrize(("css", "line", "told"), BAD)
def test_a_fault_is_told_with_its_line(css: str, line: int, told: str) -> None:
    assert any(place == line and told in what for place, what in find_faults(css)), find_faults(css)


@pytest.mark.parametrize("css", ["a{" * 5000, "(" * 5000, "}" * 5000, "\x00<<<", "\\", "@" * 100, "a{b:" * 100])
def test_nonsense_has_few_faults_and_breaks_nothing(css: str) -> None:
    assert 1 <= len(find_faults(css)) <= 21
