"""Who may pass the gateway's doors."""

from typing import Annotated, Any, Final

from shared.kit.callers import Caller
from shared.kit.http import require, signed_in
from shared.vocabulary import STAFF_ROLES, Role

_STAFF = tuple(role.value for role in STAFF_ROLES)

SIGNED_IN: Final[Any] = signed_in()
"""The store shows each their part."""
STAFF_READS: Final[Any] = require("users:read", *_STAFF)
MANAGES_USERS: Final[Any] = require("users:manage")
MANAGES_ORGANIZATIONS: Final[Any] = require("organizations:manage")
MANAGES_DEPARTMENTS: Final[Any] = require("departments:manage")
MANAGES_CLIENTS: Final[Any] = require("clients:manage")
SEES_OPERATIONS: Final[Any] = require("audit:read", Role.ADMIN, Role.AUDITOR)

AnyCaller = Annotated[Caller, SIGNED_IN]
ManagesUsers = Annotated[Caller, MANAGES_USERS]
ManagesClients = Annotated[Caller, MANAGES_CLIENTS]
