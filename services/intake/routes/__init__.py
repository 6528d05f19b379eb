"""HTTP door of intake: mails and what is decided of them."""

from typing import Final

from fastapi import APIRouter

from services.intake.routes import mails

ROUTERS: Final[tuple[APIRouter, ...]] = (mails.router,)
