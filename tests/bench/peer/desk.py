"""django-helpdesk in its stock set-up: SQLite, its own templates, answers over SMTP.

`python desk.py HOME SINK`, inside the peer's own environment: reads the mails in HOME/mails with
`get_email`, hands each answer to the mail server on port SINK, and prints mails a second.
"""

import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

CONTRIB = ("admin", "auth", "contenttypes", "sessions", "sites", "messages", "staticfiles")
ADDRESS = "support@peer.example"


def configure(home: Path, sink: int) -> None:
    """Nothing but what it asks for in its documentation."""
    settings.configure(
        SECRET_KEY="of a desk that lives for seconds",
        ROOT_URLCONF="addresses",
        SITE_ID=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in (*CONTRIB, "humanize")),
            *("bootstrap4form", "rest_framework", "helpdesk"),
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(home / "desk.sqlite")}
        },
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=sink,
        HELPDESK_TEAMS_MODE_ENABLED=False,
    )
    django.setup()


def furnish(home: Path) -> None:
    """Tables, templates of mails, and one queue that takes its mails from a folder."""
    from helpdesk.models import Queue

    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate", verbosity=0)
    Queue.objects.create(
        title="Support",
        slug="support",
        email_address=ADDRESS,
        allow_email_submission=True,
        enable_notifications_on_email_events=True,
        email_box_type="local",
        email_box_local_dir=f"{home / 'mails'}/",
        email_box_interval=0,
    )


def main(home: Path, sink: int) -> None:
    configure(home, sink)
    furnish(home)
    from helpdesk.models import Ticket

    began = time.monotonic()
    call_command("get_email", "--quiet")
    took = time.monotonic() - began
    print(Ticket.objects.count() / took)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
