"""HTTP door of the tickets service: parse, authorise, call one use case, answer."""

from typing import Final

from fastapi import APIRouter

from services.tickets.routes import (
    assigning,
    bulk,
    feedback,
    files,
    form,
    formpage,
    macros,
    messages,
    people,
    reports,
    search,
    tickets,
    uploads,
    verbs,
    verification,
    views,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    tickets.router,
    search.router,
    verbs.router,
    people.router,
    messages.router,
    feedback.router,
    files.router,
    uploads.router,
    form.router,
    views.router,
    formpage.router,
    verification.router,
    macros.router,
    bulk.router,
    reports.router,
    assigning.router,
)
