"""HTTP door of the gateway: parse, authorise, call one use case, answer."""

from typing import Final

from fastapi import APIRouter

from services.gateway.routes import (
    auth,
    clients,
    directory,
    documents,
    organizations,
    status,
    users,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    auth.router,
    users.router,
    organizations.router,
    clients.router,
    directory.router,
    status.router,
    documents.router,
)
