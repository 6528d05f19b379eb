"""`sanad demo`: a lively bilingual desk, seeded through the doors that everybody uses."""

from deploy.local.demo.run import seed

__all__ = ["seed"]
