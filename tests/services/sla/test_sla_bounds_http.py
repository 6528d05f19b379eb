"""Instants that nobody can mean are refused, never a failure of ours."""

from datetime import timedelta

import pytest

from tests.services.sla.desk import Desk, Ticket


async def explain(desk: Desk, ticket: Ticket, as_of: str, metric: str = "") -> tuple[int, str]:
    path = f"/v1/tickets/{ticket.id}/sla/explain?as_of={as_of}{metric}"
    answer = await desk.ask("GET", path)
    errors = answer.json().get("errors") or [{"code": ""}]
    return answer.status_code, errors[0]["code"]


async def opened(desk: Desk) -> Ticket:
    return await Ticket(desk, await desk.customer(), desk.context.clock.now()).open()


@pytest.mark.parametrize("year", [1950, 2020, 2099, 2199])
async def test_an_explanation_is_asked_for_within_reach(desk: Desk, year: int) -> None:
    ticket = await opened(desk)
    for metric in ("", "&metric=resolution"):
        asked = await explain(desk, ticket, f"{year}-01-01T00:00:00Z", metric)
        assert asked == (422, "invalid_as_of")


async def test_opening_and_next_year_are_within_reach(desk: Desk) -> None:
    ticket = await opened(desk)
    for moment in (ticket.opened_at, ticket.opened_at + timedelta(days=365)):
        asked = moment.isoformat().replace("+00:00", "Z")
        assert (await explain(desk, ticket, asked))[0] == 200


@pytest.mark.parametrize("year", ["0001", "1800", "9999"])
async def test_far_away_instants_are_refused_everywhere(desk: Desk, year: str) -> None:
    ticket, moment = await opened(desk), f"{year}-01-01T00:00:00Z"
    assert (await explain(desk, ticket, moment))[0] == 422
    if year == "0001":
        assert (await desk.ask("GET", f"/v1/sla/report?to={moment}")).status_code == 422
    for wish in (f"from={moment}", f"from={moment}&to={moment}"):
        answer = await desk.ask("GET", f"/v1/sla/report?{wish}")
        assert answer.status_code in {200, 422}, answer.text
