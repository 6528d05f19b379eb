"""The rules of a running house kept as a file: exported, planned, applied, and left alone."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.desk import Desk, sanad

pytestmark = pytest.mark.journey

RULES = """\
sanad: 1
calendars:
  night:
    name: {{ar: الليل {mark}, en: Night {mark}}}   # only at night
    timezone: Asia/Riyadh
    weekly:
      sun: [["22:00", "06:00"]]
policies:
  gold:
    name: Gold {mark}
    targets:
      P1:
        resolution: {{target: PT4H, calendar: night}}
    ladder:
      - {{metric: resolution, after: breach, to: supervisor, action: [notify]}}
"""


async def golden(desk: Desk, mark: str) -> dict[str, Any]:
    """The policy of a test's file as it runs."""
    rows = (await desk.admin().get("/v1/sla/policies", limit=200))["items"]
    found: dict[str, Any] = next(row for row in rows if row["name"] == f"Gold {mark}")
    return found


async def test_what_runs_is_exported_and_plans_no_change(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    assert await sanad(desk, "policy", "export", str(file), "--contracts") == (0, "")
    text = file.read_text("utf-8")
    assert "company-hours:" in text
    assert "Default policy" in text
    assert await sanad(desk, "policy", "plan", str(file)) == (0, "Nothing to change.\n")
    assert await sanad(desk, "policy", "apply", str(file)) == (0, "Nothing to change.\n")
    code, arabic = await sanad(desk, "policy", "plan", str(file), "--lang", "ar")
    assert (code, arabic) == (0, "لا شيء يتغيّر.\n")


async def test_a_file_is_planned_applied_and_then_changes_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    mark, admin = uuid4().hex[:8], desk.admin()
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.format(mark=mark), "utf-8")
    code, said = await sanad(desk, "policy", "plan", str(file))
    assert code == 2, said
    assert "To make: 2. To change: 0." in said
    code, said = await sanad(desk, "policy", "apply", str(file))
    assert code == 1, "nobody there to ask"
    code, said = await sanad(desk, "policy", "apply", str(file), "--yes")
    assert code == 0, said
    gold = await golden(desk, mark)
    stamped = file.read_text("utf-8")
    assert f"id: {gold['id']}" in stamped
    assert "# only at night" in stamped
    assert await sanad(desk, "policy", "plan", str(file)) == (0, "Nothing to change.\n")
    unstamped = tmp_path / "again.yaml"
    unstamped.write_text(RULES.format(mark=mark), "utf-8")
    assert await sanad(desk, "policy", "plan", str(unstamped)) == (0, "Nothing to change.\n")

    organization = await admin.post("/v1/organizations", {"name": mark, "domains": []})
    contract = {
        "organization_id": organization["id"],
        "kind": "standard",
        "policy_id": gold["id"],
        "starts_on": "2020-01-01",
    }
    await admin.post("/v1/contracts", contract)
    ticket = await admin.post(
        "/v1/tickets",
        {
            "subject": "x",
            "body": "x",
            "priority": "P1",
            "organization_id": organization["id"],
            "requester": {"email": f"{mark}@example.com"},
        },
    )

    async def counting() -> bool:
        found = await admin.get(f"/v1/tickets/{ticket['id']}/sla")
        return bool(found["policy"]["id"] == gold["id"])

    await desk.eventually(counting)
    file.write_text(stamped.replace("PT4H", "PT2H").replace('"06:00"', '"23:00"'), "utf-8")
    code, said = await sanad(desk, "policy", "plan", str(file))
    assert code == 2, said
    assert "~ targets.P1.resolution.target: PT4H -> PT2H" in said
    assert "--open-tickets: 1 " in said
    assert '["22:00", "06:00"]' in said
    assert "open tickets that move at once: 1" in said
    code, said = await sanad(desk, "policy", "apply", str(file), "--yes", "--open-tickets")
    assert code == 0, said
    assert "open tickets moved: 1" in said
    assert (await admin.get(f"/v1/sla/policies/{gold['id']}"))["version"] == 2
    assert await sanad(desk, "policy", "plan", str(file)) == (0, "Nothing to change.\n")


async def test_contracts_are_kept_in_the_file_too(desk: Desk, tmp_path: Path) -> None:
    mark, admin = uuid4().hex[:8], desk.admin()
    organization = await admin.post("/v1/organizations", {"name": mark, "domains": []})
    file = tmp_path / "rules.yaml"
    contract = f"""\
contracts:
  ours:
    organization_id: {organization["id"]}
    kind: emergency
    policy: gold
    policies: [gold]
    calendar: night
    starts_on: 2026-01-01
    uptime_target: 99.9
"""
    file.write_text(RULES.format(mark=mark) + contract, "utf-8")
    code, said = await sanad(desk, "policy", "apply", str(file), "--yes")
    assert code == 0, said
    path = "/v1/contracts"
    (made,) = (await admin.get(path, organization_id=organization["id"]))["items"]
    gold = await golden(desk, mark)
    assert (made["policy_id"], made["policy_ids"]) == (gold["id"], [gold["id"]])
    assert await sanad(desk, "policy", "plan", str(file)) == (0, "Nothing to change.\n")
    file.write_text(file.read_text("utf-8").replace("99.9", "99.5"), "utf-8")
    code, said = await sanad(desk, "policy", "plan", str(file))
    assert (code, "~ uptime_target: 99.9 -> 99.5" in said) == (2, True), said
    assert (await sanad(desk, "policy", "apply", str(file), "--yes"))[0] == 0
    assert (await admin.get(f"{path}/{made['id']}"))["uptime_target"] == 99.5
    exported = tmp_path / "all.yaml"
    assert (await sanad(desk, "policy", "export", str(exported), "--contracts"))[0] == 0
    assert await sanad(desk, "policy", "plan", str(exported)) == (0, "Nothing to change.\n")


async def test_a_desk_that_moved_on_is_not_overwritten(desk: Desk, tmp_path: Path) -> None:
    mark, admin = uuid4().hex[:8], desk.admin()
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.format(mark=mark), "utf-8")
    assert (await sanad(desk, "policy", "apply", str(file), "--yes"))[0] == 0
    gold = await golden(desk, mark)
    await admin.patch(f"/v1/sla/policies/{gold['id']}", {"warn_at": [0.5]})
    file.write_text(file.read_text("utf-8").replace("PT4H", "PT2H"), "utf-8")
    code, said = await sanad(desk, "policy", "apply", str(file), "--yes")
    assert code == 1
    assert "Nothing was applied" in said
    after = await admin.get(f"/v1/sla/policies/{gold['id']}")
    assert (after["version"], after["targets"]["P1"]["resolution"]["target"]) == (2, "PT4H")


async def test_mistakes_are_told_by_their_line_and_strangers_are_turned_away(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.format(mark="x").replace("PT4H", "soon"), "utf-8")
    code, said = await sanad(desk, "policy", "plan", str(file))
    assert code == 1
    assert said.startswith(f"{file}:13: policies.gold.targets.P1.resolution.target")
    file.write_text(RULES.format(mark="x"), "utf-8")
    code, said = await sanad(desk, "policy", "plan", str(file), "--email", "nobody@example.com")
    assert code == 1
    assert "401" in said or "400" in said
    assert "Traceback" not in said
