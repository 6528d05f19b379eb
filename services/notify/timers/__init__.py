"""Clock door of notify: loops that send what is due."""

from services.notify.timers.loops import WORKERS

__all__ = ["WORKERS"]
