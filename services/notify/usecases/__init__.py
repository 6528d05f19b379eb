"""Verbs of notify: telling people, publishing to partners, reading what was told."""

from services.notify.usecases.announcing import (
    MAILS,
    acknowledge,
    audience,
    learn_promise,
    mail_reply,
    mail_resolution,
    remind_of_wait,
    tell_assignee,
    tell_escalation,
    tell_fallback,
    tell_unconfirmed,
    warn_assignee,
)
from services.notify.usecases.bouncing import mark_bounced
from services.notify.usecases.delivering import Job, Round, attempt, turn
from services.notify.usecases.explaining import of_event as explanation_of
from services.notify.usecases.following import (
    call_off,
    tell_breach,
    tell_closed,
    tell_reopened,
    uncalled,
)
from services.notify.usecases.mailing import Ended, Ready, hand_over, still_wanted
from services.notify.usecases.mailing import keep as keep_mails
from services.notify.usecases.mailing import prepare as prepare_mails
from services.notify.usecases.mailing import turn as mail_turn
from services.notify.usecases.previewing import preview, previews
from services.notify.usecases.publishing import (
    FEED,
    PARTNER_TYPES,
    WEBHOOKS,
    conceal,
    publish,
    publish_explained,
)
from services.notify.usecases.rated import ask_departments as ask_in_charge
from services.notify.usecases.rated import tell_rating
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
from services.notify.usecases.waiting import longest_due, mails_waiting
from services.notify.usecases.watching import (
    bar,
    leave_in_peace,
    see_no_more,
    tell_of_message,
    tell_of_status,
)

__all__ = [
    "FEED",
    "MAILS",
    "PARTNER_TYPES",
    "STREAMING",
    "STREAMS",
    "WEBHOOKS",
    "Ended",
    "Job",
    "Ready",
    "Round",
    "acknowledge",
    "ask_in_charge",
    "attempt",
    "audience",
    "bar",
    "call_off",
    "change_endpoint",
    "chosen_types",
    "conceal",
    "drop_endpoint",
    "endpoints_of",
    "events",
    "explanation_of",
    "find",
    "hand_over",
    "keep_mails",
    "learn_promise",
    "leave_in_peace",
    "longest_due",
    "mail_reply",
    "mail_resolution",
    "mail_turn",
    "mails_waiting",
    "make_endpoint",
    "mark_bounced",
    "mark_read",
    "newest",
    "notices_of",
    "number_feed",
    "place",
    "preference",
    "prepare_mails",
    "preview",
    "previews",
    "publish",
    "publish_explained",
    "remind_of_wait",
    "replay",
    "resend",
    "rotate_secret",
    "see_no_more",
    "send_test",
    "set_preference",
    "still_wanted",
    "sweep",
    "tell_assignee",
    "tell_breach",
    "tell_closed",
    "tell_escalation",
    "tell_fallback",
    "tell_of_message",
    "tell_of_status",
    "tell_rating",
    "tell_reopened",
    "tell_unconfirmed",
    "turn",
    "uncalled",
    "warn_assignee",
    "webhooks_of",
]
