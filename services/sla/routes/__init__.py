"""HTTP door of sla: rules of the house, clocks of tickets, simulation and report."""

from services.sla.routes import clocks, rules

routers = [rules.door, clocks.door]
