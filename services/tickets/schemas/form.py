"""What the web site's form sends and is told."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.tickets.domain.opening import Draft
from services.tickets.schemas.addresses import PublicAddress
from services.tickets.schemas.inputs import Custom, RequesterIn, Subject, Text, Uploads
from shared.kit.model import Body, Line, Out
from shared.vocabulary import Priority


class ProofIn(Body):
    """The answer to a challenge: `sha256(salt + nonce)` begins with enough zero bits."""

    salt: Annotated[str, Line(100)]
    nonce: Annotated[str, Line(64)]


class VisitorIn(RequesterIn):
    """Whoever fills the form in: an address of a public domain, in its plain writing."""

    email: PublicAddress


class FormIn(Body):
    """A ticket from the web site's form; `captcha` stands for `proof` where one is configured."""

    subject: Subject
    body: Text
    requester: VisitorIn
    proof: ProofIn | None = None
    captcha: Annotated[str, Line(4096)] | None = None
    priority: Priority | None = None
    department_id: UUID | None = None
    upload_ids: Uploads = Field(default_factory=list)
    custom: Custom | None = None

    @model_validator(mode="before")
    @classmethod
    def _number_nonce(cls, data: Any) -> Any:
        proof = data.get("proof") if isinstance(data, dict) else None
        if isinstance(proof, dict) and type(proof.get("nonce")) is int:
            return {**data, "proof": {**proof, "nonce": str(proof["nonce"])}}
        return data

    def draft(self) -> Draft:
        return Draft(
            subject=self.subject,
            body=self.body,
            priority=self.priority,
            department_id=self.department_id,
            requester=self.requester.value(),
            upload_ids=tuple(self.upload_ids),
            custom=self.custom,
        )


class DepartmentChoice(Out):
    id: UUID
    name: dict[str, str]


class FormOut(Out):
    """What a form may offer: departments, and how large its files may be."""

    departments: list[DepartmentChoice]
    files: int
    file_bytes: int
    captcha_site_key: str | None


class VerificationIn(Body):
    """What the reader of an acknowledgement says about the request."""

    answer: Literal["confirmed", "denied"]


class OtherRequest(Out):
    """Another request in the reader's name; its `link` takes the same answers."""

    number: str
    link: str


class VerificationOut(Out):
    """What was said; after a yes also what else nobody has confirmed in the same name."""

    number: str
    answer: Literal["confirmed", "denied"]
    others: list[OtherRequest]
