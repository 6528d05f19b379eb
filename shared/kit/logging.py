"""JSON log lines on stdout: ids, states and times, never what people wrote or who they are."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, BinaryIO, Final, cast

import orjson
import structlog
from structlog.typing import FilteringBoundLogger
from typing_extensions import override

from shared.kit import trace

_PERSONAL: Final = frozenset(
    {
        *("address", "attachment", "authorization", "body", "client_secret", "content", "cookie"),
        *("display_name", "email", "from", "html", "mail", "message_text", "name", "params"),
        *("password", "phone", "query", "recipient", "secret", "sender", "subject", "text"),
        *("to", "token", "url"),
    }
)
REDACTED: Final = "[redacted]"
DEEPEST: Final = 20


def get_logger(name: str) -> FilteringBoundLogger:
    logger: FilteringBoundLogger = structlog.get_logger(component=name)
    return logger


def configure(service: str, version: str, level: str = "INFO", *, forward: bool = True) -> None:
    """Write our lines as JSON, and, with `forward`, those of the libraries too."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            _Service(service, version),
            _add_trace,
            _tell_failure,
            redact,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_to_stdout if forward else _to_stderr,
        cache_logger_on_first_use=forward,
    )
    if forward:
        logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def _to_stdout(*_: Any) -> structlog.BytesLogger:
    return structlog.BytesLogger(sys.stdout.buffer)


def _to_stderr(*_: Any) -> structlog.BytesLogger:
    """Where nobody set logging up, stdout belongs to a command or to a test."""
    return structlog.BytesLogger(cast("BinaryIO", getattr(sys.stderr, "buffer", None)))


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


def _add_trace(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    running = trace.current()
    if running is not None:
        event["trace_id"] = running.trace_id
        event["request_id"] = running.request_id
    return event


def _tell_failure(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Kinds and places of an exception, never its message: that quotes what people sent."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["failure"] = _kinds(error)
        frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _kinds(error: BaseException) -> list[str]:
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 5:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return kinds


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


# Unconfigured, structlog prints the local variables of a traceback: people's data among them.
configure("sanad", "", forward=False)
