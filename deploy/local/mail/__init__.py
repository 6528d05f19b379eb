"""`sanad mail test`: one mail through every door, followed to its ticket and acknowledgement."""

from deploy.local.mail.run import attempt

__all__ = ["attempt"]
