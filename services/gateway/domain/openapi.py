"""One OpenAPI document out of the documents of all services."""

import json
from collections.abc import Mapping
from typing import Any, Final

VERSION: Final = "3.1.0"
_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")


def merge(documents: Mapping[str, Mapping[str, Any]], info: Mapping[str, Any]) -> dict[str, Any]:
    """Paths and components side by side; a schema that two services tell apart is renamed."""
    merged: dict[str, Any] = {"openapi": VERSION, "info": dict(info), "tags": [], "paths": {}}
    components: dict[str, dict[str, Any]] = {}
    for service in sorted(documents):
        document = _disjoint(service, documents[service], components)
        merged["tags"] += [tag for tag in document.get("tags", []) if tag not in merged["tags"]]
        for path, operations in document.get("paths", {}).items():
            merged["paths"].setdefault(path, {}).update(operations)
        for kind, entries in document.get("components", {}).items():
            components.setdefault(kind, {}).update(entries)
    merged["paths"] = dict(sorted(merged["paths"].items()))
    return {**merged, "components": components}


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Every (method, path, operation) of a document, by path."""
    return [
        (method.upper(), path, item[method])
        for path, item in sorted(document.get("paths", {}).items())
        for method in _METHODS
        if method in item
    ]


def problem_titles(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Example of every problem that some operation of the document answers, by its code."""
    found: dict[str, Mapping[str, Any]] = {}
    for _, _, operation in operations(document):
        for answer in operation.get("responses", {}).values():
            examples = answer.get("content", {}).get("application/problem+json", {})
            for code, example in examples.get("examples", {}).items():
                found.setdefault(code, example.get("value", {}))
    return dict(sorted(found.items()))


def _disjoint(
    service: str, document: Mapping[str, Any], taken: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The document with the schemas renamed whose name another service uses for something else."""
    present = taken.get("schemas", {})
    schemas = document.get("components", {}).get("schemas", {})
    clashes = [name for name, body in schemas.items() if present.get(name, body) != body]
    if not clashes:
        return document
    text = json.dumps(document)
    for name in clashes:
        text = text.replace(
            f'"#/components/schemas/{name}"', f'"#/components/schemas/{service}.{name}"'
        )
    renamed: dict[str, Any] = json.loads(text)
    own = renamed["components"]["schemas"]
    for name in clashes:
        own[f"{service}.{name}"] = own.pop(name)
    return renamed
