"""The document of a service's public door: who may call, how it fails, what every answer says."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.kit.auth import Policy
from shared.kit.problem import MEDIA_TYPE

_TEXT: Final = {"schema": {"type": "string", "maxLength": 200}}
_HEADERS: Final = {
    "X-Request-Id": {"description": "Yours, or one of ours.", **_TEXT},
    "Content-Language": {"description": "`ar` or `en`.", **_TEXT},
    "RateLimit": {"description": "What is left of your quota.", **_TEXT},
    "RateLimit-Policy": {"description": "Your quota.", **_TEXT},
}
_SCHEME: Final = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_VERBS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_UNSAFE: Final = frozenset({"put", "post", "delete", "patch"})


def document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, completed by what the kit does for every route."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        made.setdefault("components", {})["securitySchemes"] = {"bearer": _SCHEME}
        for route in app.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                _complete(made["paths"][route.path_format], route)
        app.openapi_schema = made
    return app.openapi_schema


def _complete(path: dict[str, Any], route: APIRoute) -> None:
    policy: Policy = getattr(route, "policy")  # noqa: B009 - only doors have one
    for method in {name.lower() for name in route.methods or ()} & _VERBS & path.keys():
        operation = path[method]
        if policy.kind in {"scope", "signed_in"}:
            operation["security"] = [{"bearer": [policy.scope] if policy.scope else []}]
        if policy.roles:
            operation["x-roles"] = sorted(policy.roles)
        if method in _UNSAFE and getattr(route, "repeats", "never") != "never":
            operation.setdefault("parameters", []).append(_KEY)
        for answer in operation.get("responses", {}).values():
            answer["headers"] = {**answer.get("headers", {}), **_HEADERS}
            _as_problem(answer)


def _as_problem(answer: dict[str, Any]) -> None:
    """FastAPI files the problem's schema under plain JSON; it is sent as a problem document."""
    content = answer.get("content", {})
    if MEDIA_TYPE in content and "application/json" in content:
        content[MEDIA_TYPE]["schema"] = content.pop("application/json")["schema"]


_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and request hear the same answer for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
