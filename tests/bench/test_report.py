import platform
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import report
from bench.measures import Plan
from bench.pages import Goal
from bench.report import Row

CPU = Goal("cpu_ms", 0.06, 0.04)
BESIDE = Goal("of_nginx", 0.4, 0.6, at_least=True)
ROWS = [
    Row("article", {"rate": 12345.6, "cpu_ms": 0.05, "of_nginx": 0.65, "nginx_rate": 19000.0}, (CPU, BESIDE)),
    Row("memory", {"start_mb": 119.6}, (Goal("start_mb", 200, 120),), "10 answers"),
]


@pytest.mark.parametrize(
    ("goal", "value", "result"),
    [
        (CPU, 0.07, "missed"),
        (CPU, 0.06, "met"),
        (CPU, 0.04, "met, close to the limit"),
        (BESIDE, 0.39, "missed"),
        (BESIDE, 0.4, "met"),
        (BESIDE, 0.7, "met, close to the limit"),
        (Goal("stale", 0), 0, "met"),
        (Goal("stale", 0), 1, "missed"),
    ],
)
def test_a_goal_is_judged(goal: Goal, value: float, result: str) -> None:
    assert goal.result(value) == result


def test_a_goal_is_told() -> None:
    assert CPU.text() == "≤ 0.06 (0.04) ms CPU"
    assert BESIDE.text() == "≥ 0.4 (0.6) of nginx"
    assert Goal("stale", 0).text() == "≤ 0 stale answers"


def test_the_table_is_aligned_and_names_goals_beside_figures() -> None:
    lines = report.table(ROWS).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len({line.count("|") for line in lines}) == 1
    assert "12,346" in lines[2] and "| met; met, close to the limit" in lines[2]
    assert "120 MB PSS at start; 10 answers" in lines[3] and "≤ 200 (120) MB at start" in lines[3]


def test_errors_are_told_in_their_row() -> None:
    row = Row("home", {"rate": 1.0, "socket_errors": 2.0, "nginx_errors": 1.0}, wrong="1 stale answers")
    assert row.remarks() == "3 socket errors; WRONG: 1 stale answers"


def test_results_name_the_day_and_not_the_place() -> None:
    method = report.METHOD.format(rounds=Plan.rounds, seconds=10, smallest=100, readers=16)
    on = report.machine("1.22.1")
    text = report.results_page(ROWS, now=datetime(2026, 11, 22, tzinfo=UTC), on=on, command="make bench", method=method)
    assert "Measured on 2026-11-22 by `make bench`" in text and "nginx 1.22.1" in text
    assert platform.python_version() in text and "granian" in text
    assert str(Path.cwd()) not in text and socket.gethostname() not in text and "/tmp" not in text
    assert "{" not in text


def test_a_part_takes_the_place_of_its_own_rows_and_section() -> None:
    on, method = report.machine("1.22.1"), "How.\n"
    text = report.results_page(ROWS, now=datetime(2026, 11, 22, tzinfo=UTC), on=on, command="make bench", method=method)
    for figure in (70.0, 80.0):
        text = report.with_rows(text, [Row("search", {"p50_ms": figure})])
        text = report.with_section(text, f"## Searches\n\n| kind | ms |\n|---|---|\n| a word | {figure} |\n")
    assert "| article" in text and text.count("| search") == 1 and " 80.00 |" in text and "70.0" not in text
    assert text.count("## Searches") == 1 and "How." in text and "Measured on 2026-11-22 by `make bench`" in text
    assert text.index("| search") < text.index("## How it was measured") < text.index("## Searches")
