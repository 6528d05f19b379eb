"""`python -m deploy.local.migrate [service ...]`: migrations, of all services by default."""

import sys
from pathlib import Path

from deploy.local.layout import SERVICES
from shared.kit import misset
from shared.kit.migrate import upgrade_all
from shared.kit.settings import Settings

_SERVICES = Path(__file__).resolve().parents[2] / "services"


def main() -> None:
    """Alembic is slow to import, hence once for all and away from the supervisor."""
    asked = sys.argv[1:] or SERVICES
    ready = (name for name in asked if any((_SERVICES / name).glob("migrations/versions/*.py")))
    try:
        settings = misset.read(Settings)
    except misset.MissetError as error:
        sys.exit(str(error))
    upgrade_all(settings, tuple(ready))


if __name__ == "__main__":
    main()
