"""GitLab's Code Quality, JUnit, Markdown and HTML: their shapes, and that a file's text stays data in them."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from barraiser.report import gitlab, html, junit, markdown
from report.reports import OTHER, PATH, RULE, finding, report, result

EVIL = "x<script>alert(1)</script> | [a](javascript:b) ]]> \x1b[31m @team\n::error::c"


def test_gitlab_has_an_entry_for_each_finding() -> None:
    data = json.loads(gitlab.render(report(result(finding(), finding(OTHER, "unknown")))))
    assert [(each["check_name"], each["severity"]) for each in data] == [(RULE, "critical")]
    assert data[0]["location"] == {"path": PATH, "lines": {"begin": 12, "end": 13}}
    assert data[0]["fingerprint"]
    assert json.loads(gitlab.render(report(result()))) == []


def test_junit_has_a_case_for_each_rule() -> None:
    root = ElementTree.fromstring(junit.render(report(result(finding(), finding(line=20), finding(OTHER, "unknown")))))
    (suite,) = root.findall("testsuite")
    cases = {case.get("name", "").split()[0]: case for case in suite.findall("testcase")}
    assert len(cases[RULE].findall("failure")) == 1
    assert "deploy.yml:20" in (cases[RULE].findtext("failure") or "")
    assert cases[OTHER].find("skipped") is not None
    assert (suite.get("failures"), suite.get("tests")) == ("1", str(len(cases)))


def test_markdown_is_a_table() -> None:
    text = markdown.render(report(result(finding())))
    rows = [line for line in text.splitlines() if line.startswith("| error")]
    assert len(rows) == 1
    assert rows[0].count(" | ") == 3
    assert "What to write" in text


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}


def test_html_loads_nothing() -> None:
    tags = Tags()
    tags.feed(html.render(report(result(finding(message=EVIL, job=EVIL, fix=EVIL), name=EVIL))))
    assert tags.seen <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "a", "code", "ol", "li",
                         "section", "article", "span"}  # fmt: skip
    assert all(link.endswith(f"/rules/{RULE}") for link in tags.links)


@pytest.mark.parametrize("module", [gitlab, junit, markdown, html])
def test_text_of_a_file_stays_data(module: object) -> None:
    text = module.render(report(result(finding(message=EVIL, job=EVIL, fix=EVIL), name=EVIL, path="a<b>.yml")))  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert not any(line.startswith("::") for line in text.splitlines())
    if module is not gitlab:
        assert "<script" not in text
    if module is junit:
        ElementTree.fromstring(text)
    if module is markdown:
        assert "](javascript" not in text
        assert "@team" not in text
