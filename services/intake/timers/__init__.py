"""What runs beside the doors of intake: SMTP listener, fetching, parser, gauges, sweep."""

from typing import Final

from services.intake.timers import gauge, imap, parser, smtp, sweep
from services.intake.usecases.mailboxes import MAILBOXES
from shared.kit.workers import Worker

WORKERS: Final = (
    Worker("smtp", smtp.listen),
    Worker("parser", parser.work),
    Worker(MAILBOXES, imap.work),
    Worker("mail-age", gauge.watch),
    Worker("mail-sweep", sweep.forget),
)
