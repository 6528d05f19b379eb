"""What was read in a mail: its words and its files, sealed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.kit.tx import Tx


async def replace(tx: Tx, mail_id: UUID, content: bytes, files: list[dict[str, Any]]) -> None:
    """The newest reading; files keep their ids when the same place holds a file again."""
    await tx.execute(
        """insert into intake.mail_parsed (mail_id, content) values (:id, :content)
        on conflict (mail_id) do update set content = excluded.content""",
        {"id": mail_id, "content": content},
    )
    await tx.execute("delete from intake.mail_attachment where mail_id = :id", {"id": mail_id})
    for file in files:
        await tx.execute(
            """insert into intake.mail_attachment
                (id, mail_id, position, media_type, size, sha256, about, content)
            values (:id, :mail_id, :position, :media_type, :size, :sha256, :about, :content)""",
            file,
        )


async def content_of(tx: Tx, mail_id: UUID) -> bytes | None:
    content: bytes | None = await tx.scalar(
        "select content from intake.mail_parsed where mail_id = :id", {"id": mail_id}
    )
    return content


async def files_of(tx: Tx, mail_id: UUID) -> list[Mapping[str, Any]]:
    """The files in their order, without their bytes."""
    rows = await tx.rows(
        """select id, media_type, size, sha256, about from intake.mail_attachment
        where mail_id = :id order by position""",
        {"id": mail_id},
    )
    return [dict(row) for row in rows]


async def file_content(tx: Tx, mail_id: UUID, file_id: UUID) -> Mapping[str, Any] | None:
    """One file with its sealed bytes; None unless it belongs to that mail."""
    row = await tx.row(
        """select media_type, about, content from intake.mail_attachment
        where id = :file and mail_id = :mail""",
        {"file": file_id, "mail": mail_id},
    )
    return dict(row) if row else None
