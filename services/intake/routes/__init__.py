"""HTTP door of intake: mails and what is decided of them, mailboxes and how they fare."""

from typing import Final

from fastapi import APIRouter

from services.intake.routes import mailboxes, mails

ROUTERS: Final[tuple[APIRouter, ...]] = (mails.router, mailboxes.router)
