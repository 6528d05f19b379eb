"""Hand-written twins of the gateway's and intake's operations listeners."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

from shared.vocabulary import RESERVED_ORGANIZATION


@dataclass
class Neighbours:
    """What the gateway knows of people and intake of mails; filled by the tests."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    colleagues: dict[str, str] = field(default_factory=dict)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    domains: dict[str, UUID] = field(default_factory=dict)
    departments: dict[str, dict[str, Any]] = field(default_factory=dict)
    organizations: dict[str, dict[str, Any]] = field(default_factory=dict)
    mails: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._watch])
        app.router.add_post("/internal/token", self._token)
        app.router.add_post("/internal/people/resolve", self._resolve)
        app.router.add_post("/internal/people/colleagues", self._colleagues)
        app.router.add_post("/internal/people/batch", self._batch)
        app.router.add_post("/internal/organizations/batch", self._organizations)
        app.router.add_get("/internal/departments/{id}", self._department)
        app.router.add_get("/internal/organizations/{id}", self._organization)
        app.router.add_post("/internal/mails/batch", self._mails)
        app.router.add_get("/internal/mails/{id}/attachments/{file}", self._file)
        return app

    def mail(self, text: str, subject: str = "Help", files: dict[str, bytes] | None = None) -> UUID:
        """A mail that intake has parsed."""
        mail_id = uuid4()
        told = []
        for name, content in (files or {}).items():
            file_id = uuid4()
            self.files[str(file_id)] = content
            told.append(
                {"id": str(file_id), "name": name, "media_type": "text/plain", "size": len(content)}
            )
        self.mails[str(mail_id)] = {
            "id": str(mail_id),
            "subject": subject,
            "body_text": text,
            "visible_text": text,
            "body_html": f"<p dir=auto onclick=x()>{text}<script>alert(1)</script></p>",
            "message_id": f"<{mail_id}@customer.example>",
            "in_reply_to": None,
            "references": [],
            "attachments": told,
        }
        return mail_id

    def know(self, address: str, organization_id: UUID, person_id: str = "") -> None:
        """A person whom the gateway has already."""
        place = {"organization_id": str(organization_id), "locale": "ar"}
        self.people[address] = {"user_id": person_id or str(uuid4()), **place}

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if self.down:
            return web.json_response({}, status=503)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _token(self, _request: web.Request) -> web.Response:
        return web.json_response({"access_token": "x", "expires_in": 600})

    async def _resolve(self, request: web.Request) -> web.Response:
        body = await request.json()
        address, named = body["address"], body.get("organization_id")
        owner = self.domains.get(address.partition("@")[2])
        home = self.people[address]["organization_id"] if address in self.people else owner
        apart = home is not None and named is not None and str(home) != named
        if apart or (body.get("closed") is True and str(home) != named):
            return web.json_response({"code": "other_organization"}, status=422)
        if address not in self.people:
            person_id = str(uuid4())
            self.people[address] = {
                "user_id": person_id,
                "organization_id": str(owner or named or RESERVED_ORGANIZATION),
                "locale": body.get("locale", "ar"),
            }
            self.cards[person_id] = {"id": person_id, "name": body.get("name"), "email": address}
        return web.json_response(self.people[address])

    async def _colleagues(self, request: web.Request) -> web.Response:
        asked = (await request.json())["addresses"]
        found = {
            one: self.colleagues[one.casefold()]
            for one in asked
            if one.casefold() in self.colleagues
        }
        items = [{"address": one, "user_id": person} for one, person in found.items()]
        return web.json_response({"items": items})

    async def _batch(self, request: web.Request) -> web.Response:
        ids = (await request.json())["user_ids"]
        return web.json_response({"items": [self.cards[one] for one in ids if one in self.cards]})

    async def _department(self, request: web.Request) -> web.Response:
        return _found(self.departments.get(request.match_info["id"]))

    async def _organization(self, request: web.Request) -> web.Response:
        return _found(self.organizations.get(request.match_info["id"]))

    async def _organizations(self, request: web.Request) -> web.Response:
        ids = (await request.json())["organization_ids"]
        known = self.organizations
        return web.json_response({"items": [known[one] for one in ids if one in known]})

    async def _mails(self, request: web.Request) -> web.Response:
        ids = (await request.json())["mail_ids"]
        return web.json_response({"items": [self.mails[one] for one in ids if one in self.mails]})

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["file"]])


def _found(value: dict[str, Any] | None) -> web.Response:
    return web.json_response(value or {}, status=200 if value else 404)
