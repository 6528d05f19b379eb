"""What each kind of mail says: variables of its template, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.notify.domain import labels
from services.notify.domain.headers import clean
from services.notify.domain.plurals import counted, duration
from services.notify.domain.words import Kind
from services.notify.usecases.enclosures import enclosures
from services.notify.usecases.rendering import Reader
from shared.kit.locale import format_date, pick
from shared.tokens import make_link_token, make_rating_token
from shared.vocabulary import SCORES, Localized

if TYPE_CHECKING:
    from services.notify.store.deliveries import Mail
    from services.notify.usecases.composing import Known, Material
    from shared.kit.context import Context

_REPLAYABLE_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Scene:
    """One mail about to be worded."""

    context: "Context"
    mail: "Mail"
    material: "Material"
    known: "Known"
    reader: Reader
    now: datetime

    @property
    def ticket(self) -> dict[str, Any]:
        assert self.material.ticket is not None
        return self.material.ticket

    def label(self, texts: Mapping[Any, Localized], key: Any) -> str:
        return pick(texts[key], self.reader.locale)

    def metric(self) -> str:
        return self.label(labels.METRICS, self.mail.facts["metric"])

    def moment(self, text: str | None) -> str | None:
        """A stored instant in words."""
        return self.reader.instant(datetime.fromisoformat(text)) if text else None


def variables(
    context: "Context",
    mail: "Mail",
    material: "Material",
    known: "Known",
    reader: Reader,
    now: datetime,
) -> dict[str, Any]:
    """Everything that the template of this mail may say."""
    scene = Scene(context, mail, material, known, reader, now)
    own = _WORDS[mail.kind](scene)
    if material.ticket is None:
        return own
    number = str(material.ticket["number_text"])
    return {"number": number, "link": context.settings.ticket_link(number), **own}


def _acknowledgement(scene: Scene) -> dict[str, Any]:
    """Nothing that the sender wrote: the address may belong to somebody else (T33)."""
    promise = scene.known.promise
    return {
        "confirm": _confirmation(scene) if scene.mail.facts.get("confirm") else None,
        "first_response": scene.moment(promise.get("first_response")),
        "resolution": scene.moment(promise.get("resolution")),
        "split": "split_from" in scene.mail.facts,
        "origin": scene.material.origin,
    }


def _confirmation(scene: Scene) -> str:
    """The link that asks a stranger of the form whether the request is theirs."""
    key = scene.context.keys.derive("form-verify-link")
    token = make_link_token(key, "verify", UUID(str(scene.ticket["id"])))
    return f"{scene.context.settings.public_url.rstrip('/')}/v1/public/verify/{token}"


def _reply(scene: Scene) -> dict[str, Any]:
    message = scene.material.message or {}
    return {
        "subject_line": _subject(scene),
        "body": _plain(_said(message)),
        "files": enclosures(message.get("files") or (), scene.reader),
    }


def _said(message: dict[str, Any]) -> str | None:
    """What its author wrote; what their mail program quoted below it is nobody's answer."""
    said: str | None = message.get("visible_text") or message.get("body_text")
    return said


def _resolution(scene: Scene) -> dict[str, Any]:
    """Until when a reply reopens: counted from now, which is when the mail goes."""
    window = timedelta(seconds=scene.mail.facts["window"])
    locale = scene.reader.locale
    message = scene.material.message or {}
    return {
        "body": _plain(_said(message)),
        "files": enclosures(message.get("files") or (), scene.reader),
        "window": scene.reader.numbers(duration(window, locale)),
        "until": scene.reader.instant(scene.now + window),
        "scores": [_score(scene, value) for value in SCORES],
    }


def _score(scene: Scene, value: int) -> dict[str, Any]:
    key = scene.context.keys.derive("feedback-link")
    resolution = int(scene.mail.facts.get("reopen_count") or 0)
    token = make_rating_token(key, UUID(str(scene.ticket["id"])), resolution, value)
    base = scene.context.settings.public_url.rstrip("/")
    return {
        "value": scene.reader.numbers(str(value)),
        "label": scene.label(SCORES, value),
        "url": f"{base}/v1/feedback/{token}",
    }


def _escalation(scene: Scene) -> dict[str, Any]:
    facts = scene.mail.facts
    return {
        "subject_line": _subject(scene),
        "role": scene.label(labels.ROLES, facts["role"]),
        "level": scene.reader.numbers(str(facts["level"])),
        "cause": scene.label(labels.CAUSES, facts["cause"]),
        "metric": scene.metric(),
        "priority": _priority(scene),
        "due": scene.moment(facts.get("due_at")),
        "assigned": facts.get("assign_to") == str(scene.mail.recipient_id),
        "counted": _counted(scene),
    }


def _breach(scene: Scene) -> dict[str, Any]:
    return {
        **_assigned(scene),
        "metric": scene.metric(),
        "due": scene.moment(scene.mail.facts["due_at"]),
        "unassigned": not scene.mail.facts["assigned"],
        "counted": _counted(scene),
    }


def _bare(_: Scene) -> dict[str, Any]:
    """Nothing but the ticket's number."""
    return {}


def _closed(scene: Scene) -> dict[str, Any]:
    """Until when a reply reopens; nothing where it was closed unsolved, or the window is over."""
    told: str | None = scene.ticket.get("reopen_until")
    lasts = told is not None and datetime.fromisoformat(told) > scene.now
    return {"until": scene.moment(told) if lasts else None}


def _counted(scene: Scene) -> dict[str, Any] | None:
    """How the promise was counted until it broke: figures of sla, digits of the reader."""
    told = scene.material.explanation
    if told is None:
        return None
    reader, earlier = scene.reader, told["days_omitted"]
    return {
        "summary": reader.numbers(pick(told["text"], reader.locale)),
        "days": [reader.numbers(pick(one["text"], reader.locale)) for one in told["days"]],
        "earlier": reader.numbers(counted("days", earlier, reader.locale)) if earlier else "",
    }


def _fallback(scene: Scene) -> dict[str, Any]:
    return {
        "role": scene.label(labels.ROLES, scene.mail.facts["role"]),
        "level": scene.reader.numbers(str(scene.mail.facts["level"])),
        "metric": scene.metric(),
    }


def _assigned(scene: Scene) -> dict[str, Any]:
    return {"subject_line": _subject(scene), "priority": _priority(scene)}


def _warning(scene: Scene) -> dict[str, Any]:
    due = scene.moment(scene.mail.facts["due_at"])
    return {**_assigned(scene), "metric": scene.metric(), "due": due}


def _pause_overdue(scene: Scene) -> dict[str, Any]:
    return {**_assigned(scene), "since": scene.moment(scene.mail.facts["since"])}


def _watched(scene: Scene) -> dict[str, Any]:
    """What happened, and what the customer wrote if that was it."""
    return {
        **_assigned(scene),
        "news": scene.label(labels.NEWS, scene.mail.facts["news"]),
        "body": _plain(_said(scene.material.message or {})),
    }


def _calendar(scene: Scene) -> dict[str, Any]:
    """Dates of the fact; the calendar's own names are not carried outside sla."""
    facts = scene.mail.facts
    first, last = (date.fromisoformat(facts[name]) for name in ("date", "last"))
    return {
        "item": scene.label(labels.ITEMS, facts["item"]),
        "date": scene.reader.numbers(format_date(first, scene.reader.locale)),
        "last": scene.reader.numbers(format_date(last, scene.reader.locale))
        if last > first
        else "",
        "calendar_id": facts["calendar_id"],
    }


def _webhook_disabled(scene: Scene) -> dict[str, Any]:
    facts = scene.mail.facts
    return {
        "host": facts["host"],
        "reason": scene.label(labels.DISABLED, facts["reason"]),
        "days": scene.reader.numbers(counted("days", _REPLAYABLE_DAYS, scene.reader.locale)),
        "endpoint_id": facts["endpoint_id"],
    }


def _subject(scene: Scene) -> str:
    return clean(str(scene.ticket.get("subject") or ""))


def _priority(scene: Scene) -> str:
    return scene.label(labels.PRIORITIES, scene.ticket["priority"])


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\x00", "").strip()


_WORDS: Final[Mapping[Kind, Callable[[Scene], dict[str, Any]]]] = {
    Kind.ACKNOWLEDGEMENT: _acknowledgement,
    Kind.REPLY: _reply,
    Kind.RESOLUTION: _resolution,
    Kind.REOPENED: _bare,
    Kind.CLOSED: _closed,
    Kind.ESCALATION: _escalation,
    Kind.BREACH: _breach,
    Kind.FALLBACK: _fallback,
    Kind.ASSIGNED: _assigned,
    Kind.WARNING: _warning,
    Kind.PAUSE_OVERDUE: _pause_overdue,
    Kind.WATCHED: _watched,
    Kind.CALENDAR: _calendar,
    Kind.WEBHOOK_DISABLED: _webhook_disabled,
}
