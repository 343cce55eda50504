from dataclasses import replace
from pathlib import Path

import pytest

from bench import __main__ as story
from bench import client, deployments, edits, library, measures, pages, publishing, search, servers
from bench.client import WrongResponse
from bench.measures import QUICK, Plan
from bench.pages import Page
from bench.report import Row
from blog import config
from blog.commands import open_app
from blog.core.posts import query


@pytest.mark.slow
def test_a_real_server_is_checked_read_while_edited_and_ended(tmp_path: Path) -> None:
    instance = tmp_path / "blog"
    library.create(instance, 20)
    with servers.broadsheet(instance, tmp_path / "log") as blog:
        found = story.measured_pages(blog)
        assert {page.name for page in found} >= {"home", "article", "feed, 304", "static file"}
        with pytest.raises(WrongResponse, match="does not say"):
            client.get_checked(blog.port, "/", Page("home", "/", pages.HTML, "words that nobody wrote"))
        with pytest.raises(WrongResponse, match="answered 404"):
            client.get_checked(blog.port, "/nothing/", pages.CACHED[0])
        with servers.broadsheet(instance, tmp_path / "log", deployments.BEHIND_PROXY) as behind:
            both = [(deployments.DIRECT, blog), (deployments.BEHIND_PROXY, behind)]
            rows = edits.publish_while_reading(both, instance, 2, lambda _: None)
        assert [(row.wrong, row.figures["stale"]) for row in rows] == [("", 0)] * 2
        assert min(row.figures["cpu_ms"] for row in rows) > 0 and measures.memory_at_start(blog) > 20
    with pytest.raises(OSError, match="refused"):
        client.get(blog.port, "/")


@pytest.mark.slow
def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "blog.db").write_text("not a database")
    with pytest.raises(servers.StartError, match=r"blog\.db"), servers.broadsheet(tmp_path, tmp_path / "log"):
        pass


def test_a_library_is_kept_for_the_next_run(tmp_path: Path) -> None:
    said: list[str] = []
    for name in ("first", "second"):
        library.create_or_copy(tmp_path / name, 20, tmp_path / "kept", said.append)
    assert said[0].startswith("20 posts (") and len(said) == 2
    first, second = (tmp_path / name / "blog.db" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_wrong_answers_are_told_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(story, "RESULTS", tmp_path / "RESULTS.md")
    assert story.write_results([Row("article", {}, wrong="1 stale answers")], Plan(), quick=False) == 1
    assert "article: 1 stale answers" in capsys.readouterr().err
    assert story.write_results([Row("article", {})], Plan(), quick=True) == 0
    assert not (tmp_path / "RESULTS.md").exists()
    monkeypatch.setattr(story.tools, "nginx_version", lambda: "1.0")
    missed = Row("article", {"growth": 9.0}, (pages.GROWTH,))
    assert story.write_results([missed], Plan(), quick=False) == 0
    assert "| missed" in (tmp_path / "RESULTS.md").read_text()


@pytest.mark.slow
def test_an_essay_is_published_again_and_again(tmp_path: Path) -> None:
    plan = replace(QUICK, sizes=(20,), seconds=1)
    row = publishing.measure(tmp_path, None, plan, lambda _: None)
    assert row.name == "publish by form" and row.figures["cpu_ms"] > 0
    with open_app(config.load(tmp_path / "publishing", environ={}, site_url=library.SITE_URL)):
        essay = query.find("an-essay", whole=True)
    assert essay.version == 2 * publishing.RATE + 1 and essay.body.endswith("Edition 39.")


@pytest.mark.slow
def test_searches_are_measured_alone_and_over_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "QUESTIONS_PER_KIND", 2)
    monkeypatch.setattr(search, "ROUNDS", 1)
    rows, section = search.measure(tmp_path, None, replace(QUICK, sizes=(60,)), lambda _: None)
    assert [row.name for row in rows] == ["search, engine, 60 posts", "search, one reader, 60 posts"]
    assert all(row.figures["p50_ms"] <= row.figures["p99_ms"] for row in rows)
    assert "| a phrase |" in section and "28 questions" in section
    assert search.questions() == search.questions()
