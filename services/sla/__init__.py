"""The one clock of the house: calendars, policies, clocks, timers."""
