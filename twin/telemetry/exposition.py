"""Metrics in the formats that Prometheus reads: its own text, and OpenMetrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import StartError
from .board import Slots
from .catalogue import FETCHED, Metric
from .metrics import Metrics

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family


@dataclass(frozen=True)
class Fetched:
    """A number that a metric of FETCHED has at this moment; `value` is its label's."""

    metric: Metric
    value: str
    number: float


def require_library() -> None:
    """Raise StartError where the library is missing that older deployments did without."""
    try:
        import_module("prometheus_client")
    except ModuleNotFoundError:
        raise StartError(
            "METRICS_TOKEN, METRICS_PORT: prometheus-client is missing: pip install -r requirements/service.lock"
        ) from None


def expose(metrics: Metrics, fetched: Sequence[Fetched], accept: str) -> tuple[bytes, str]:
    """Return all metrics, and the media type: that which the header Accept asks for, or Prometheus's text."""
    from prometheus_client import CollectorRegistry  # 40 ms to import, in a process that may never be asked
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(metrics, fetched))
    encode, media = choose_encoder(accept)
    return encode(registry), media


class _Collector:
    """The source of a registry: all metrics, as the library has them."""

    def __init__(self, metrics: Metrics, fetched: Sequence[Fetched]) -> None:
        self._metrics = metrics
        self._fetched = fetched

    def collect(self) -> Iterator[Family]:
        """Yield each metric with its series."""
        board, numbers = self._metrics.add_up()
        for slots in board.layout.slots.values():
            yield _make_family(slots, numbers)
        for metric in FETCHED:
            yield _make_fetched(metric, [each for each in self._fetched if each.metric is metric])


def _make_fetched(metric: Metric, fetched: Sequence[Fetched]) -> Family:
    from prometheus_client.core import GaugeMetricFamily

    gauge = GaugeMetricFamily(metric.name, metric.meaning, labels=[*metric.labels])
    for each in fetched:
        gauge.add_metric([each.value], each.number)
    return gauge


def _make_family(slots: Slots, numbers: Sequence[float]) -> Family:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    metric, labels = slots.metric, [*slots.metric.labels]
    if metric.kind == "histogram":
        histogram = HistogramMetricFamily(metric.name, metric.meaning, labels=labels)
        for values, place in slots.places.items():
            counts = numbers[place + 1 : place + slots.width]
            histogram.add_metric(values, _accumulate(metric, counts), numbers[place])
        return histogram
    family = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    simple = family(metric.name, metric.meaning, labels=labels)
    for values, place in slots.places.items():
        simple.add_metric(values, numbers[place])
    return simple


def _accumulate(metric: Metric, counts: Sequence[float]) -> list[tuple[str, float]]:
    """Return a histogram's buckets, each with the counts of those before it."""
    bounds = [*(str(float(bound)) for bound in metric.bounds), "+Inf"]
    return [(bound, sum(counts[: number + 1])) for number, bound in enumerate(bounds)]
