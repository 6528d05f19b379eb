"""Addresses of ours and the departments behind them."""

from uuid import UUID

from shared.kit.tx import Tx


async def all_of(tx: Tx) -> dict[str, UUID]:
    """Department by address, in the form in which addresses are compared."""
    rows = await tx.only("select address, department_id from intake.mailbox where address <> ''")
    return {row["address"]: row["department_id"] for row in rows}


async def with_servers(tx: Tx) -> dict[str, UUID]:
    """The same, and the addresses of mailboxes set up here; the directory's word counts more."""
    rows = await tx.only(
        """select address, department_id, 0 as weight from intake.server_mailbox where enabled
        union all
        select address, department_id, 1 from intake.mailbox where address <> ''
        order by weight"""
    )
    return {row["address"]: row["department_id"] for row in rows}


async def put(tx: Tx, department_id: UUID, address: str | None, *, is_default: bool) -> None:
    """A department as the gateway last told; an address moves to whoever has it now."""
    await tx.execute(
        """update intake.mailbox set address = null
        where address = :address and department_id <> :id""",
        {"id": department_id, "address": address},
    )
    await tx.execute(
        """insert into intake.mailbox (department_id, address, is_default)
        values (:id, :address, :is_default)
        on conflict (department_id) do update
        set address = excluded.address, is_default = excluded.is_default""",
        {"id": department_id, "address": address, "is_default": is_default},
    )


async def exists(tx: Tx, department_id: UUID) -> bool:
    """Whether the gateway has told of this department."""
    found = await tx.scalar(
        "select 1 from intake.mailbox where department_id = :id", {"id": department_id}
    )
    return found is not None
