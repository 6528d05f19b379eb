"""`python -m deploy.local.migrate [service ...]`: migrations, of all services by default."""

import sys
from pathlib import Path

from deploy.local.layout import SERVICES
from shared.kit.migrate import upgrade_all
from shared.kit.settings import Settings

_SERVICES = Path(__file__).resolve().parents[2] / "services"


def main() -> None:
    """Alembic is slow to import, hence once for all and away from the supervisor."""
    asked = sys.argv[1:] or SERVICES
    ready = (name for name in asked if any((_SERVICES / name).glob("migrations/versions/*.py")))
    upgrade_all(Settings(), tuple(ready))


if __name__ == "__main__":
    main()
