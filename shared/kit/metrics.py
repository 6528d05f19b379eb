"""What the house measures about itself, for Prometheus; base units, bounded labels."""

from functools import lru_cache
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

REQUESTS: Final = Histogram(
    "sanad_http_request_duration_seconds",
    "Time from the request's headers to the answer's last byte.",
    ["service", "method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
LOOP_LAG: Final = Gauge("sanad_event_loop_lag_seconds", "How late the loop wakes.", ["service"])
RESTARTS: Final = Gauge("sanad_worker_restarts", "Restarts of a worker.", ["service", "worker"])
OUTBOX_WAITING: Final = Gauge("sanad_outbox_waiting", "Facts not yet published.", ["service"])
OUTBOX_LAG: Final = Gauge("sanad_outbox_lag_seconds", "Age of the oldest one.", ["service"])
DEAD_LETTERS: Final = Gauge("sanad_dead_letters", "Facts set aside.", ["service", "state"])
PENDING: Final = Gauge("sanad_consumer_pending", "Facts not yet handled.", ["service"])
PUBLISHED: Final = Gauge("sanad_events_published", "Published since start.", ["service"])
HANDLED: Final = Gauge("sanad_events_handled", "Handled since start.", ["service"])
SEARCH_LAG: Final = Gauge("sanad_search_lag_seconds", "Age of the oldest unindexed.", ["service"])
BUILD: Final = Gauge("sanad_build_info", "Always 1.", ["service", "version"])
REFUSED: Final = Counter("sanad_tokens_refused", "Refused bearer tokens.", ["service"])


@lru_cache(maxsize=4096)
def timer(service: str, method: str, route: str, status: int) -> Histogram:
    """The series of one route and outcome; looking labels up anew costs more than observing."""
    return REQUESTS.labels(service, method, route, str(status))
