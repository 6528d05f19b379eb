"""What runs beside the doors of intake: the SMTP listener, the parser's desk, the gauge."""

from typing import Final

from services.intake.timers import gauge, parser, smtp
from shared.kit.workers import Worker

WORKERS: Final = (
    Worker("smtp", smtp.listen),
    Worker("parser", parser.work),
    Worker("mail-age", gauge.watch),
)
