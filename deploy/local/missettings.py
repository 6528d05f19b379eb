"""Settings of all services, read as each of them will: what cannot be read, in both languages."""

import importlib

from deploy.local.layout import SERVICES
from shared.kit import misset
from shared.vocabulary import Locale


def faults() -> list[tuple[str, str]]:
    """English and Arabic; a setting that all services share is named once."""
    found: dict[str, str] = {}
    for name in SERVICES:
        module = importlib.import_module(f"services.{name}.settings")
        try:
            misset.read(getattr(module, f"{name.title()}Settings"))
        except misset.MissetError as error:
            found |= zip(error.lines(Locale.EN), error.lines(Locale.AR), strict=True)
    return list(found.items())
