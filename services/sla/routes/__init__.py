"""HTTP door of sla: rules of the house, clocks of tickets, simulation and report."""

from services.sla.routes import (
    announcements,
    calendars,
    clocks,
    contracts,
    excuses,
    policies,
    replays,
    reports,
    simulation,
)

_ROOMS = (
    announcements,
    calendars,
    policies,
    contracts,
    clocks,
    excuses,
    simulation,
    replays,
    reports,
)

routers = [one.door for one in _ROOMS]
