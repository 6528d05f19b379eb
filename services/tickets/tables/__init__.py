"""The tables of schema `tickets`, one class each; the migrations make them, the store uses them."""

from services.tickets.tables.assigning import Absence, AssignmentPerson, AssignmentRule
from services.tickets.tables.directory import Department, Organization, Person
from services.tickets.tables.fields import CustomField, CustomValue, Tag, TagJob
from services.tickets.tables.lookups import (
    Posting,
    SearchEntry,
    SearchGeneration,
    SearchPerson,
    SearchTask,
    SpentProof,
)
from services.tickets.tables.macros import Macro, MacroUse
from services.tickets.tables.messages import Attachment, Message, Upload
from services.tickets.tables.reports import Stretch, Untallied
from services.tickets.tables.tickets import Feedback, Link, Participant, Ticket, Timeline
from services.tickets.tables.views import View, ViewChange
from services.tickets.tables.visitors import Verification

__all__ = [
    "Absence",
    "AssignmentPerson",
    "AssignmentRule",
    "Attachment",
    "CustomField",
    "CustomValue",
    "Department",
    "Feedback",
    "Link",
    "Macro",
    "MacroUse",
    "Message",
    "Organization",
    "Participant",
    "Person",
    "Posting",
    "SearchEntry",
    "SearchGeneration",
    "SearchPerson",
    "SearchTask",
    "SpentProof",
    "Stretch",
    "Tag",
    "TagJob",
    "Ticket",
    "Timeline",
    "Untallied",
    "Upload",
    "Verification",
    "View",
    "ViewChange",
]
