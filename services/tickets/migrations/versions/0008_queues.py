"""Indexes for a million tickets: by whom and where, and by every order among the living few."""

from alembic import op

revision = "0008"
down_revision = "0007"

LIVE = "status in ('new', 'open', 'waiting_customer', 'waiting_third_party')"
# Few, and never new: opening a ticket does not touch their indexes.
ENDED = "status in ('resolved', 'merged', 'spam')"

STATEMENTS = [
    # All of somebody's tickets, newest first; and the living ones by what is due.
    "drop index tickets.ticket_department, tickets.ticket_assignee, tickets.ticket_status",
    "create index ticket_department on tickets.ticket (department_id, created_at desc, id desc)",
    f"""create index ticket_department_live on tickets.ticket (department_id, next_due_at, id)
        where {LIVE}""",
    """create index ticket_assignee on tickets.ticket (assignee_id, created_at desc, id desc)
        where assignee_id is not null""",
    f"""create index ticket_assignee_live on tickets.ticket (assignee_id, next_due_at, id)
        where assignee_id is not null and {LIVE}""",
    f"""create index ticket_organization_live on tickets.ticket (organization_id, next_due_at, id)
        where {LIVE}""",
    f"""create index ticket_unassigned on tickets.ticket (department_id, next_due_at, id)
        where assignee_id is null and {LIVE}""",
    # The living by each order; by due time they come first among all anyway.
    f"create index ticket_live_created on tickets.ticket (created_at desc, id desc) where {LIVE}",
    f"create index ticket_live_updated on tickets.ticket (updated_at desc, id desc) where {LIVE}",
    f"""create index ticket_live_urgent on tickets.ticket (priority, created_at desc, id desc)
        where {LIVE}""",
    f"""create index ticket_ended on tickets.ticket (status, created_at desc, id desc)
        where {ENDED}""",
    f"""create index ticket_ended_updated on tickets.ticket (status, updated_at desc, id desc)
        where {ENDED}""",
    f"create index ticket_ended_due on tickets.ticket (status, next_due_at, id) where {ENDED}",
    "create index ticket_escalated on tickets.ticket (next_due_at, id) where escalation_level > 0",
    # Whoever is not among the common values has few tickets: without their names the planner
    # takes a newcomer for an average person, and walks a million rows to find fifty.
    *(
        f"alter table tickets.ticket alter column {name} set statistics 1000"
        for name in ("department_id", "assignee_id", "organization_id", "requester_id", "tags")
    ),
    """create statistics tickets.ticket_requesters (dependencies)
        on requester_id, organization_id from tickets.ticket""",
    """create statistics tickets.ticket_assignees (dependencies)
        on assignee_id, department_id from tickets.ticket""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
