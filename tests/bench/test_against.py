from contextlib import nullcontext
from pathlib import Path

import pytest

from bench import against, load, measures, servers
from bench.deployments import Deployment
from bench.load import Run, Target
from bench.measures import QUICK
from bench.servers import ROOT, ColdStart, Server


def test_another_checkout_is_measured_in_turns_and_on_a_blog_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other checkout takes two milliseconds for an article, this one takes one."""
    started: list[tuple[str, str, bool]] = []

    def broadsheet(
        instance: Path, _log: Path, deployment: Deployment = servers.DIRECT, *, checkout: Path
    ) -> nullcontext[Server]:
        assert (instance / "blog.db").exists()
        started.append((instance.name, deployment.name, checkout == ROOT))
        return nullcontext(Server(1, 1 if checkout == ROOT else 2))

    def create(instance: Path, *_: object) -> None:
        instance.mkdir()
        (instance / "blog.db").touch()

    monkeypatch.setattr(against.library, "create_or_copy", create)
    monkeypatch.setattr(servers, "broadsheet", broadsheet)
    monkeypatch.setattr(measures, "blog_target", lambda server, page: Target(server, page.path))
    monkeypatch.setattr(measures, "memory_at_start", lambda _: 100.0)
    monkeypatch.setattr(Server, "pss_megabytes", lambda server: 100.0 * server.port)
    monkeypatch.setattr(load, "run", lambda target, _: Run(1000, 1.0, 1, 0, 0, 1.0, 2.0, float(target.server.port)))
    monkeypatch.setattr(servers, "cold_start", lambda _, __, checkout: ColdStart(0.5 + (checkout != ROOT), 1, 1))
    lines = against.measure(tmp_path / "other", tmp_path, None, QUICK, lambda _: None).splitlines()
    assert "| article, direct, ms CPU | 2.000 | 1.000 | 0.50 |" in lines
    assert "| article, behind a proxy, requests/s | 1,000 | 1,000 | 1.00 |" in lines
    assert "| memory after different articles, MB | 200 | 100 | 0.50 |" in lines
    assert lines[-1] == "| cold start, 10,000 posts, s CPU | 1.50 | 0.50 | 0.33 |"
    ways = ["direct", "behind a proxy", "with access log", "cache off", "direct"]
    assert started == [each for way in ways for each in (("before", way, False), ("now", way, True))]
