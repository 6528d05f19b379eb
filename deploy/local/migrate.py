"""`python -m deploy.local.migrate`: every service's migrations, in one process."""

from pathlib import Path

from deploy.local.layout import SERVICES
from shared.kit.settings import Settings

_SERVICES = Path(__file__).resolve().parents[2] / "services"


def main() -> None:
    """Alembic is slow to import, hence once for all and away from the supervisor."""
    settings = Settings()
    for service in SERVICES:
        if any((_SERVICES / service / "migrations/versions").glob("*.py")):
            from shared.kit import migrate  # noqa: PLC0415

            migrate.upgrade(settings, service)


if __name__ == "__main__":
    main()
