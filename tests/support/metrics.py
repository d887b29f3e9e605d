"""Metrics as Prometheus reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from twin.telemetry.exposition import expose
from twin.telemetry.metrics import Metrics

from .service import Service
from .settings import METRICS_TOKEN

Series = tuple[str, tuple[str, ...]]  # a sample's name, and the values of its labels


def read(text: str) -> dict[Series, float]:
    """The samples of an exposition."""
    return _list_samples(text_string_to_metric_families(text))


def read_own(metrics: Metrics) -> dict[Series, float]:
    """The samples of a process's own metrics."""
    return read(expose(metrics, [], "")[0].decode())


def scrape(service: Service) -> dict[Series, float]:
    """The samples of a running service."""
    answer = service.http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def used(samples: dict[Series, float], name: str) -> dict[tuple[str, ...], float]:
    """The series of a sample's name that are not 0, by the values of their labels."""
    return {values: number for (each, values), number in samples.items() if each == name and number}


def _list_samples(families: Iterable[Metric]) -> dict[Series, float]:
    found: dict[Series, float] = defaultdict(float)
    for family in families:
        for sample in family.samples:
            assert (sample.name, (*sample.labels.values(),)) not in found
            found[sample.name, (*sample.labels.values(),)] = sample.value
    return found
