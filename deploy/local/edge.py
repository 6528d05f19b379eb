"""The edge: Caddy's configuration and command line."""

import json
from collections.abc import Mapping
from typing import Any

from deploy.local.layout import Home, replace
from deploy.local.programs import Program, binary
from deploy.local.refusals import refusals
from deploy.local.routes import TABLE, UPLOADS

Json = dict[str, Any]

_MEGABYTE = 1_000_000
_BODY = 2 * _MEGABYTE
_UPLOAD = 40 * _MEGABYTE
_ADDRESS = 16_384
"""Longest path with its query: many filters, and texts of which each letter takes six."""
_HEAD = 131_072
"""What is read of a head at all, so that whoever sends too much is told so. Services take 32 KiB
(`shared/kit/protocol.py`) and answer 431 beyond."""
_SECURITY = {
    "X-Content-Type-Options": ["nosniff"],
    "X-Frame-Options": ["DENY"],
    "Referrer-Policy": ["no-referrer"],
    "Permissions-Policy": ["camera=(), microphone=(), geolocation=()"],
}
_POLICY = {"Content-Security-Policy": ["default-src 'none'; frame-ancestors 'none'"]}
_COMPRESSED = [
    "application/json*",
    "application/problem+json*",
    "application/javascript*",
    "text/css*",
    "text/csv*",
    "text/html*",
    "text/javascript*",
    "image/svg+xml*",
]


def program(home: Home, fd: int, upstreams: Mapping[str, str], tls: str) -> Program:
    """The supervisor holds the listening socket, so that a restart loses no connection."""
    path = home.run / "edge.json"
    replace(path, json.dumps(configuration(home, f"fd/{fd}", upstreams, tls), indent=1))
    folders = {"HOME": home.edge, "XDG_DATA_HOME": home.edge, "XDG_CONFIG_HOME": home.edge}
    return Program(
        name="edge",
        argv=(binary("caddy"), "run", "--config", str(path)),
        cwd=home.edge,
        env={name: str(folder) for name, folder in folders.items()},
        fds=(fd,),
    )


def configuration(home: Home, listen: str, upstreams: Mapping[str, str], tls: str = "off") -> Json:
    server: Json = {
        "listen": [listen],
        "protocols": ["h1"] if tls == "off" else ["h1", "h2"],
        "read_header_timeout": "10s",
        # A body may take its time, but neither stop nor trickle; the server waits twice, once
        # for the service and once to drain what it will not read.
        "read_idle_timeout": "7s",
        "read_min_rate": 4096,
        "idle_timeout": "14s",
        "max_header_bytes": _HEAD,
        "automatic_https": {"disable": tls == "off", "disable_redirects": True},
        "routes": [_headers(tls), _packing(), _too_long(), *routes(upstreams), _nothing_here()],
        "errors": {"routes": [_headers(tls), *refusals()]},
        "logs": {"default_logger_name": "access"},
    }
    apps: Json = {"http": {"grace_period": "3s", "servers": {"edge": server}}}
    if tls != "off":
        apps |= _certificates(tls, server)
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "storage": {"module": "file_system", "root": str(home.edge)},
        "logging": _logging(),
        "apps": apps,
    }


def routes(upstreams: Mapping[str, str]) -> list[Json]:
    """The table in its order: the first line that fits wins."""
    return [
        _route(line.matches(), upstreams[line.service])
        for line in TABLE
        if line.service in upstreams
    ]


def _route(match: list[Json], upstream: str) -> Json:
    upload = [{"path": list(UPLOADS), "method": ["POST", "PUT", "PATCH"]}]
    inner = [_cap(upload, _UPLOAD), _cap([], _BODY), {"handle": [_proxy(upstream)]}]
    return {
        "match": match,
        "handle": [{"handler": "subroute", "routes": inner}],
        "terminal": True,
    }


def _cap(match: list[Json], size: int) -> Json:
    """Of the caps, the first that fits holds: a longer body is refused while it comes."""
    body = {"handler": "request_body", "max_size": size}
    return {"group": "cap", "handle": [body]} | ({"match": match} if match else {})


def _proxy(upstream: str) -> Json:
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": upstream}],
        "transport": {
            "protocol": "http",
            "dial_timeout": "2s",
            "response_header_timeout": "30s",
            "keep_alive": {"enabled": True, "idle_timeout": "30s", "max_idle_conns_per_host": 64},
            "compression": False,
        },
        # What a service refuses before it has read a head is told in our words.
        "handle_response": [
            {
                "match": {"status_code": [431]},
                "routes": [{"handle": [{"handler": "error", "status_code": 431}]}],
            }
        ],
        # A worker that is just restarting has closed its kept connections; only safe methods retry.
        "load_balancing": {"retries": 2, "try_duration": "3s", "try_interval": "50ms"},
    }


def _headers(tls: str) -> Json:
    headers = dict(_SECURITY)
    if tls != "off":
        headers["Strict-Transport-Security"] = ["max-age=31536000"]
    always = {"set": headers, "delete": ["Server", "Via"], "deferred": True}
    missing = {"headers": {"Content-Security-Policy": None}}
    unless_set = {"set": _POLICY, "deferred": True, "require": missing}
    return {"handle": [{"handler": "headers", "response": x} for x in (always, unless_set)]}


def _packing() -> Json:
    """Streams of events are left alone: a compressor would hold them back.

    So are heads without a body: it would name the length of nothing, packed.
    """
    packed = {
        "handler": "encode",
        "encodings": {"zstd": {}, "gzip": {}},
        "prefer": ["zstd", "gzip"],
        "minimum_length": 1024,
        "match": {"headers": {"Content-Type": _COMPRESSED}},
    }
    return {"match": [{"not": [{"method": ["HEAD"]}]}], "handle": [packed]}


def _too_long() -> Json:
    match = [{"expression": f"size({{http.request.uri}}) > {_ADDRESS}"}]
    return {"match": match, "handle": [{"handler": "error", "status_code": 414}]}


def _nothing_here() -> Json:
    return {"handle": [{"handler": "error", "status_code": 404}]}


def _certificates(tls: str, server: Json) -> Json:
    """`internal` = an authority of our own; else `<certificate file>:<key file>`."""
    server["tls_connection_policies"] = [{}]
    if tls == "internal":
        subjects = {"subjects": ["localhost", "127.0.0.1"], "issuers": [{"module": "internal"}]}
        authority = {"local": {"install_trust": False}}
        return {
            "tls": {
                "certificates": {"automate": subjects["subjects"]},
                "automation": {"policies": [subjects]},
            },
            "pki": {"certificate_authorities": authority},
        }
    certificate, _, key = tls.partition(":")
    return {"tls": {"certificates": {"load_files": [{"certificate": certificate, "key": key}]}}}


def _logging() -> Json:
    """Paths carry ids and link tokens, headers carry secrets: requests are not logged here."""
    quiet = {"writer": {"output": "discard"}, "include": ["http.log.access"]}
    default = {
        "writer": {"output": "stdout"},
        "encoder": {"format": "json", "time_format": "rfc3339_nano", "time_key": "ts"},
        "level": "ERROR",
        "exclude": ["http.log.access", "http.log.error"],
    }
    return {"logs": {"default": default, "access": quiet}}
