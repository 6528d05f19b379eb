"""What tickets listens to: routed mails, promises, ladders, timers, people."""

from services.tickets.usecases import assigning, closing, directory, holding, mails, projecting
from services.tickets.usecases.mails import Fetched
from shared.events.escalation import (
    EscalationAbsenceEnded,
    EscalationAbsenceNoted,
    EscalationAcknowledged,
    EscalationEnded,
    EscalationRaised,
)
from shared.events.identity import (
    IdentityDepartmentCreated,
    IdentityDepartmentUpdated,
    IdentityOrganizationUpdated,
    IdentityUserCreated,
    IdentityUserDisabled,
    IdentityUserUpdated,
)
from shared.events.mail import MailHeld, MailRejected, MailRouted
from shared.events.notify import NotifyBounced, NotifySent, NotifySuppressed
from shared.events.sla import (
    SlaBreached,
    SlaBreachVoided,
    SlaClockStarted,
    SlaClockUpdated,
    SlaExcused,
    SlaMet,
    SlaPauseOverdue,
    SlaWarning,
)
from shared.events.timer import TimerFired
from shared.kit.bus import Consumers, Event
from shared.kit.tx import Tx

consumers = Consumers(service="tickets")


@consumers.on(MailRouted, prefetch=mails.fetch)
async def apply_mail(event: Event[MailRouted], tx: Tx, fetched: Fetched | None) -> None:
    await mails.apply(event, tx, fetched)


@consumers.on(MailHeld)
async def show_waiting_mail(event: Event[MailHeld], tx: Tx) -> None:
    await holding.wait(tx, event.data)


@consumers.on(MailRejected)
async def show_refused_mail(event: Event[MailRejected], tx: Tx) -> None:
    await holding.refuse(tx, event.data)


@consumers.on(SlaClockStarted)
async def show_promise(event: Event[SlaClockStarted], tx: Tx) -> None:
    await projecting.clock_started(tx, event)


@consumers.on(SlaClockUpdated)
async def show_moved_promise(event: Event[SlaClockUpdated], tx: Tx) -> None:
    await projecting.clock_updated(tx, event)


@consumers.on(SlaWarning)
async def show_warning(event: Event[SlaWarning], tx: Tx) -> None:
    await projecting.warned(tx, event)


@consumers.on(SlaBreached)
async def show_breach(event: Event[SlaBreached], tx: Tx) -> None:
    await projecting.breached(tx, event)


@consumers.on(SlaBreachVoided)
async def show_voided_breach(event: Event[SlaBreachVoided], tx: Tx) -> None:
    await projecting.voided(tx, event)


@consumers.on(SlaExcused)
async def show_excuse(event: Event[SlaExcused], tx: Tx) -> None:
    await projecting.excused(tx, event)


@consumers.on(SlaMet)
async def show_kept_promise(event: Event[SlaMet], tx: Tx) -> None:
    await projecting.met(tx, event)


@consumers.on(SlaPauseOverdue)
async def end_long_wait(event: Event[SlaPauseOverdue], tx: Tx) -> None:
    await closing.end_wait(tx, event.data)


@consumers.on(EscalationRaised)
async def obey_ladder(event: Event[EscalationRaised], tx: Tx) -> None:
    await projecting.raised(tx, event)


@consumers.on(EscalationAcknowledged)
async def show_acknowledged(event: Event[EscalationAcknowledged], tx: Tx) -> None:
    await projecting.acknowledged(tx, event)


@consumers.on(EscalationEnded)
async def show_ended(event: Event[EscalationEnded], tx: Tx) -> None:
    await projecting.ended(tx, event)


@consumers.on(EscalationAbsenceNoted)
async def know_absence(event: Event[EscalationAbsenceNoted], tx: Tx) -> None:
    await assigning.note_absence(tx, event.data)


@consumers.on(EscalationAbsenceEnded)
async def know_return(event: Event[EscalationAbsenceEnded], tx: Tx) -> None:
    await assigning.end_absence(tx, event.data)


@consumers.on(TimerFired)
async def close_due(event: Event[TimerFired], tx: Tx) -> None:
    await closing.close_due(tx, event.data)


@consumers.on(NotifySent)
async def move_window(event: Event[NotifySent], tx: Tx) -> None:
    await closing.move_window(tx, event.data)


@consumers.on(NotifyBounced)
async def show_bounced(event: Event[NotifyBounced], tx: Tx) -> None:
    await holding.come_back(tx, event.data)


@consumers.on(NotifySuppressed)
async def show_unsaid(event: Event[NotifySuppressed], tx: Tx) -> None:
    await holding.stay_unsaid(tx, event.data)


@consumers.on(IdentityUserCreated)
async def know_person(event: Event[IdentityUserCreated], tx: Tx) -> None:
    await directory.note_person(tx, event.data)


@consumers.on(IdentityUserUpdated)
async def know_changed_person(event: Event[IdentityUserUpdated], tx: Tx) -> None:
    await directory.note_person(tx, event.data)


@consumers.on(IdentityUserDisabled)
async def know_disabled_person(event: Event[IdentityUserDisabled], tx: Tx) -> None:
    await directory.note_disabled(tx, event.data)


@consumers.on(IdentityOrganizationUpdated)
async def know_organization(event: Event[IdentityOrganizationUpdated], tx: Tx) -> None:
    await directory.note_organization(tx, event.data)


@consumers.on(IdentityDepartmentCreated)
async def know_department(event: Event[IdentityDepartmentCreated], tx: Tx) -> None:
    await directory.note_department(tx, event.data)


@consumers.on(IdentityDepartmentUpdated)
async def know_changed_department(event: Event[IdentityDepartmentUpdated], tx: Tx) -> None:
    await directory.note_department(tx, event.data)
