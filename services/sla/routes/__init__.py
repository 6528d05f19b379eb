"""HTTP door of sla: rules of the house, clocks of tickets, simulation and report."""

from services.sla.routes import calendars, clocks, contracts, policies, reports, simulation

routers = [one.door for one in (calendars, policies, contracts, clocks, simulation, reports)]
