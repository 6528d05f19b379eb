"""The committed OpenAPI document is what the services really offer (decisions.md 30)."""

import json

from deploy.openapi import TARGET, render

VERBS = {"get", "put", "post", "delete", "patch"}


def test_the_committed_document_is_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "run `make docs`"


def test_every_operation_has_a_summary_and_says_its_problems() -> None:
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for verb in VERBS & item.keys():
            operation = item[verb]
            assert operation.get("summary"), f"{verb} {path}"
            assert operation.get("operationId"), f"{verb} {path}"
            problems = [status for status in operation["responses"] if status >= "400"]
            assert problems, f"{verb} {path} names no problem"


def test_the_contract_is_offered() -> None:
    """Every call of the outside world's contract that this house has so far."""
    paths = json.loads(TARGET.read_text(encoding="utf-8"))["paths"]
    wanted = [
        "/v1/auth/token",
        "/v1/auth/logout",
        "/.well-known/jwks.json",
        "/v1/me",
        "/v1/organizations",
        "/v1/users",
        "/v1/api-clients",
        "/v1/departments",
        "/v1/departments/{}",
        "/v1/departments/{}/positions",
        "/v1/positions",
        "/v1/tickets",
        "/v1/tickets/{}",
        "/v1/tickets/by-number/{}",
        "/v1/tickets/{}/messages",
        "/v1/tickets/{}/assign",
        "/v1/tickets/{}/wait",
        "/v1/tickets/{}/resolve",
        "/v1/tickets/{}/reopen",
        "/v1/tickets/{}/close",
        "/v1/tickets/{}/escalate",
        "/v1/tickets/{}/merge",
        "/v1/tickets/{}/link",
        "/v1/tickets/{}/timeline",
        "/v1/tickets/{}/feedback",
        "/v1/feedback/{}",
        "/v1/uploads",
        "/v1/attachments/{}",
        "/v1/attachments/{}/content",
        "/v1/public/challenge",
        "/v1/public/tickets",
        "/v1/sla/calendars",
        "/v1/sla/policies",
        "/v1/contracts",
        "/v1/tickets/{}/sla",
        "/v1/tickets/{}/sla/explain",
        "/v1/sla/simulate",
        "/v1/sla/report",
        "/v1/tickets/{}/escalations",
        "/v1/escalations/{}/acknowledge",
        "/v1/absences",
        "/v1/webhooks",
        "/v1/webhooks/{}",
        "/v1/webhooks/{}/rotate-secret",
        "/v1/webhooks/{}/test",
        "/v1/webhooks/{}/deliveries",
        "/v1/webhooks/{}/deliveries/{}/resend",
        "/v1/webhooks/{}/replay",
        "/v1/events",
        "/v1/notifications",
        "/v1/intake/mails",
        "/v1/intake/mails/{}",
        "/v1/intake/mails/{}/raw",
        "/v1/intake/mails/{}/replay",
        "/v1/intake/mails/{}/release",
        "/v1/status",
    ]
    offered = {_nameless(path) for path in paths}
    assert [path for path in wanted if path not in offered] == []


def _nameless(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
