"""JSON log lines on stdout: ids, states and times, never what people wrote or who they are."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import orjson
import structlog
from structlog.typing import FilteringBoundLogger
from typing_extensions import override

_PERSONAL: Final = frozenset(
    {
        *("address", "attachment", "authorization", "body", "client_secret", "content", "cookie"),
        *("display_name", "email", "from", "html", "mail", "message_text", "name", "params"),
        *("password", "phone", "query", "recipient", "secret", "sender", "subject", "text"),
        *("to", "token", "url"),
    }
)
REDACTED: Final = "[redacted]"


def get_logger(name: str) -> FilteringBoundLogger:
    logger: FilteringBoundLogger = structlog.get_logger(component=name)
    return logger


def configure(service: str, version: str, level: str = "INFO") -> None:
    """Route our loggers and the libraries' through one JSON line format."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            _Service(service, version),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank whatever is named like personal text, at any depth; the last wall, not the first."""
    for key, value in event.items():
        event[key] = _redacted(key, value)
    return event


def _redacted(key: str, value: Any) -> Any:
    if key.lower() in _PERSONAL:
        return REDACTED
    if isinstance(value, dict):
        return {str(k): _redacted(str(k), v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted("", item) for item in value]
    return value


def _dumps(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=str)


class _Service:
    def __init__(self, service: str, version: str) -> None:
        self._fields = {"service": service, "version": version}

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event.update(self._fields)
        return event


class _Forward(logging.Handler):
    """Lines of libraries, without their arguments' text where an exception carries data."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name, "level_name": record.levelname}
        if record.exc_info and record.exc_info[0]:
            fields["error"] = record.exc_info[0].__name__
        log = structlog.get_logger()
        log.log(record.levelno, str(record.msg)[:200], **fields)
