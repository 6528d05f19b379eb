"""Verbs of escalation: each takes the transaction, asks the rules, writes and states facts."""

from services.escalation.usecases.absences import absences, drop_absence, note_absence, state_unsaid
from services.escalation.usecases.reacting import begin_ladder, end, escalate, fire, settle
from services.escalation.usecases.reading import acknowledge, escalations, on_call

__all__ = [
    "absences",
    "acknowledge",
    "begin_ladder",
    "drop_absence",
    "end",
    "escalate",
    "escalations",
    "fire",
    "note_absence",
    "on_call",
    "settle",
    "state_unsaid",
]
