"""Mail addresses: checked, normalised and folded so that one mailbox is one person."""

from dataclasses import dataclass

import email_validator
from email_validator import EmailNotValidError, validate_email

from shared.tokens import fold_address

# An installation without a public domain writes to admin@localhost (decisions.md 11).
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

LONGEST = 254


class AddressRefused(ValueError):
    """Not an address that mail could go to."""


@dataclass(frozen=True, slots=True)
class Address:
    """As people write it, and as two spellings of it compare equal."""

    text: str
    folded: str
    domain: str


def parse_address(text: str) -> Address:
    """The address in `text`; no display name, no quoted part, domain in IDNA form."""
    if len(text) > LONGEST:
        raise AddressRefused("the address is too long")
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except (EmailNotValidError, ValueError) as error:
        raise AddressRefused("the address is not valid") from error
    domain = (found.ascii_domain or found.domain).lower()
    folded = fold_address(f"{found.local_part}@{domain}")
    if fold_address(text).rpartition("@")[0] != folded.rpartition("@")[0]:
        raise AddressRefused("the address looks like another")
    return Address(found.normalized, folded, domain)


def parse_domain(text: str) -> str:
    """A mail domain in lower-case IDNA form."""
    return parse_address(f"postmaster@{text.strip().rstrip('.').lower()}").domain
