"""Verbs of notify: telling people, publishing to partners, reading what was told."""

from services.notify.usecases.announcing import (
    MAILS,
    acknowledge,
    learn_promise,
    mail_reply,
    mail_resolution,
    tell_assignee,
    tell_escalation,
    tell_fallback,
    warn_assignee,
)
from services.notify.usecases.delivering import Job, Round, attempt, turn
from services.notify.usecases.mailing import claim as claim_mails
from services.notify.usecases.mailing import send as send_mail
from services.notify.usecases.previewing import previews
from services.notify.usecases.publishing import FEED, PARTNER_TYPES, WEBHOOKS, publish
from services.notify.usecases.reading import (
    STREAMS,
    chosen_types,
    events,
    mark_read,
    newest,
    notices_of,
    number_feed,
    place,
    preference,
    set_preference,
    sweep,
)
from services.notify.usecases.streaming import STREAMING
from services.notify.usecases.subscribing import (
    change_endpoint,
    drop_endpoint,
    endpoints_of,
    find,
    make_endpoint,
    replay,
    resend,
    rotate_secret,
    send_test,
    webhooks_of,
)

__all__ = [
    "FEED",
    "MAILS",
    "PARTNER_TYPES",
    "STREAMING",
    "STREAMS",
    "WEBHOOKS",
    "Job",
    "Round",
    "acknowledge",
    "attempt",
    "change_endpoint",
    "chosen_types",
    "claim_mails",
    "drop_endpoint",
    "endpoints_of",
    "events",
    "find",
    "learn_promise",
    "mail_reply",
    "mail_resolution",
    "make_endpoint",
    "mark_read",
    "newest",
    "notices_of",
    "number_feed",
    "place",
    "preference",
    "previews",
    "publish",
    "replay",
    "resend",
    "rotate_secret",
    "send_mail",
    "send_test",
    "set_preference",
    "sweep",
    "tell_assignee",
    "tell_escalation",
    "tell_fallback",
    "turn",
    "warn_assignee",
    "webhooks_of",
]
