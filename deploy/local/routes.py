"""Which service answers which path (decisions.md 18); the first line that fits wins."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One service's share of the address space: path prefixes, or a pattern."""

    service: str
    prefixes: tuple[str, ...] = ()
    pattern: str = ""

    def matches(self) -> list[dict[str, Any]]:
        if self.pattern:
            return [{"path_regexp": {"pattern": self.pattern}}]
        paths = [form for prefix in self.prefixes for form in (prefix, f"{prefix}/*")]
        return [{"path": paths}]


_TICKET = "^/v1/tickets/[^/]+"

TABLE = (
    Line("sla", pattern=f"{_TICKET}/sla(/.*)?$"),
    Line("escalation", pattern=f"{_TICKET}/escalations(/.*)?$"),
    Line("tickets", ("/v1/tickets", "/v1/uploads", "/v1/attachments", "/v1/feedback")),
    Line("tickets", ("/v1/public", "/v1/files", "/form")),
    Line("tickets", ("/v1/views", "/v1/custom-fields", "/v1/macros", "/v1/assignment")),
    Line("tickets", ("/v1/reports", "/v1/bulk", "/v1/search-index")),
    Line("intake", ("/v1/intake",)),
    Line("sla", ("/v1/sla", "/v1/contracts")),
    Line("escalation", ("/v1/escalations", "/v1/oncall", "/v1/absences")),
    Line("notify", ("/v1/webhooks", "/v1/events", "/v1/stream")),
    Line("notify", ("/v1/notifications", "/v1/preferences", "/v1/templates")),
    Line("gateway", ("/v1/auth", "/v1/me", "/v1/organizations", "/v1/users", "/v1/departments")),
    Line("gateway", ("/v1/positions", "/v1/api-clients", "/v1/status", "/v1/openapi.json")),
    Line("gateway", ("/docs", "/.well-known/jwks.json")),
)

UPLOADS = (
    "/v1/uploads",
    "/v1/uploads/*",
    "/v1/public/uploads",
    "/v1/public/uploads/*",
    "/v1/intake/mails",
)
