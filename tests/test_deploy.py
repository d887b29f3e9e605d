"""Hold the dashboard and the alerts in deploy/ to what the service exposes: each query's names, labels and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from twin.telemetry.catalogue import FETCHED, METRICS
from twin.telemetry.exposition import Fetched, expose
from twin.telemetry.metrics import Metrics

from .support.service import ROOT

DEPLOY = ROOT / "deploy"
ADDED = {"instance", "job"}  # by Prometheus, to every sample
OWN = {"up": dict.fromkeys(ADDED)}  # Prometheus's own metric
COUNTING = ("rate", "increase")
ALERTS = [rule for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DEPLOY / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]
QUERIES = {f"{alert['alert']}": str(alert["expr"]) for alert in ALERTS}
QUERIES |= {f"{title} {target['refId']}": target["expr"] for title, target in TARGETS}


def expose_all() -> dict[str, dict[str, set[str]]]:
    """The labels of each sample that the service exposes, with their values."""
    fetched = [Fetched(metric, value, 1) for metric in FETCHED for values in metric.labels.values() for value in values]
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(expose(Metrics(), fetched, "")[0].decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


EXPOSED = expose_all()


def parse(query: str) -> promql.Expr:
    query = query.replace("$__rate_interval", "5m")
    return promql.parse(re.sub(r'instance=~"\$instance"', 'instance=~".*"', query))


def walk(expr: object) -> Iterator[object]:
    """The expression and all in it."""
    yield expr
    parts = [getattr(expr, name, None) for name in ("lhs", "rhs", "expr", "vector_selector")]
    for part in (*parts, *getattr(expr, "args", ())):
        if part is not None:
            yield from walk(part)


def list_names(expr: object) -> set[str]:
    return {part.name for part in walk(expr) if isinstance(part, promql.VectorSelector)}


def labels_of(name: str) -> set[str]:
    return {*EXPOSED[name]} | ADDED if name in EXPOSED else {*OWN[name]}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_name_label_and_value_of_a_query_is_exposed(query: str) -> None:
    for part in walk(parse(query)):
        if not isinstance(part, promql.VectorSelector):
            continue
        assert part.name in {*EXPOSED, *OWN}
        for matcher in part.matchers.matchers:
            assert matcher.name in labels_of(part.name)
            known = EXPOSED.get(part.name, {}).get(matcher.name)
            assert known is None or {*matcher.value.split("|")} <= known


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_query_counts_counters_and_groups_by_labels_that_there_are(query: str) -> None:
    for part in walk(parse(query)):
        if isinstance(part, promql.AggregateExpr) and part.modifier:
            for name in list_names(part.expr):
                assert {*part.modifier.labels} <= labels_of(name)
        if isinstance(part, promql.Call) and part.func.name in COUNTING:
            assert all(re.search("_(total|bucket|count|sum)$", name) for name in list_names(part))
        if isinstance(part, promql.Call) and part.func.name == "histogram_quantile":
            grouped = part.args[1]
            assert isinstance(grouped, promql.AggregateExpr)
            assert "le" in grouped.modifier.labels
    counted = {name for part in walk(parse(query)) if is_counting(part) for name in list_names(part)}
    assert {name for name in list_names(parse(query)) if name.endswith(("_total", "_bucket"))} == counted


def is_counting(part: object) -> bool:
    return isinstance(part, promql.Call) and part.func.name in COUNTING


@pytest.mark.parametrize(("title", "target"), TARGETS, ids=[f"{title} {target['refId']}" for title, target in TARGETS])
def test_each_legend_names_labels_that_its_query_keeps(title: str, target: dict[str, str]) -> None:
    kept = {
        label
        for part in walk(parse(target["expr"]))
        if isinstance(part, promql.AggregateExpr) and part.modifier
        for label in part.modifier.labels
    }
    assert {*re.findall(r"{{(\w+)}}", target["legendFormat"])} <= kept


def test_the_dashboard_shows_every_metric() -> None:
    shown = {name for query in QUERIES.values() for name in list_names(parse(query))}
    bare = {re.sub("_(total|bucket)$", "", name) for name in shown} - {*OWN}
    assert bare == {metric.name for metric in (*METRICS, *FETCHED)}
    (variable,) = [each for each in DASHBOARD["templating"]["list"] if each["type"] == "query"]
    assert re.fullmatch(r"label_values\((\w+), instance\)", variable["query"])[1] in EXPOSED
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_the_guide_says_what_each_alert_and_each_metric_means() -> None:
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)`", text, re.MULTILINE)
    assert {row for row in rows if row.startswith("Twin")} == {alert["alert"] for alert in ALERTS}
    assert {row for row in rows if row.startswith("twin_")} == {
        re.sub("_(bucket|count|sum)$", "", name) for name in EXPOSED
    }
    assert {alert["labels"]["severity"] for alert in ALERTS} == {"page", "warn", "info"}
