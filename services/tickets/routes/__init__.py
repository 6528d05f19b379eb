"""HTTP door of the tickets service: parse, authorise, call one use case, answer."""

from typing import Final

from fastapi import APIRouter

from services.tickets.routes import (
    assigning,
    bonds,
    bulk,
    feedback,
    fields,
    files,
    form,
    formpage,
    macros,
    messages,
    people,
    reports,
    search,
    tags,
    tickets,
    uploads,
    verbs,
    verification,
    views,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    tags.router,  # its fixed paths stand before a ticket's id
    fields.router,
    tickets.router,
    search.router,
    verbs.router,
    bonds.router,
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
