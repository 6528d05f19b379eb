"""HTTP door of intake: mails and what is decided of them, mailboxes and how they fare."""

from typing import Final

from fastapi import APIRouter

from services.intake.routes import mailboxes, mails, operators

ROUTERS: Final[tuple[APIRouter, ...]] = (operators.router, mails.router, mailboxes.router)
