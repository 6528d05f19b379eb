"""The public state of the house."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request

from services.gateway.adapters.probes import Probe
from services.gateway.domain.health import WORDS, overall
from services.gateway.routes.policies import SEES_OPERATIONS
from services.gateway.schemas.auth import ServiceStatusOut, StatusDetailOut, StatusOut
from services.gateway.usecases.status import look
from shared.kit import http
from shared.kit.http import InContext, language, public
from shared.kit.locale import pick
from shared.vocabulary import Locale

router = http.router(prefix="/v1/status", tags=["status"])
_ANYBODY: Final = public("customers ask this when nothing else works")


@router.get("", summary="How the house fares", response_model=StatusOut, dependencies=[_ANYBODY])
async def status(request: Request, context: InContext) -> object:
    """One word for the house and one for each service; causes are for operators."""
    return _board(await look(context), language(request))


@router.get(
    "/detail",
    summary="How the house fares, with causes",
    response_model=StatusDetailOut,
    dependencies=[SEES_OPERATIONS],
)
async def detail(request: Request, context: InContext) -> object:
    """Each service's own account of its dependencies and its lag."""
    probes = await look(context)
    public_part = _board(probes, language(request))
    checks = {name: probe.detail for name, probe in probes.items()}
    return StatusDetailOut(**public_part.model_dump(), checks=checks)


def _board(probes: Mapping[str, Probe], locale: Locale) -> StatusOut:
    states = {name: probe.health for name, probe in sorted(probes.items())}
    house = overall(states)
    services = {
        name: ServiceStatusOut(status=state, text=pick(WORDS[state], locale))
        for name, state in states.items()
    }
    return StatusOut(status=house, text=pick(WORDS[house], locale), services=services)
