"""What was read in a mail: its words and its files, sealed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.intake.domain.words import State
from shared.kit.tx import Tx

_SAVE: Final = """
    with twin as (
        insert into intake.mail_digest (tag, mail_id) values (:digest_tag, :id)
        on conflict (tag) do update set tag = excluded.tag returning mail_id),
    words as (
        insert into intake.mail_parsed (mail_id, content) values (:id, :content)
        on conflict (mail_id) do update set content = excluded.content),
    gone as (
        delete from intake.mail_attachment
        where mail_id = :id and position > cardinality(cast(:file_ids as uuid[]))),
    files as (
        insert into intake.mail_attachment
            (id, mail_id, position, media_type, size, sha256, about, content)
        select f.id, :id, f.position, f.media_type, f.size, f.sha256, f.about, f.content
        from unnest(cast(:file_ids as uuid[]), cast(:file_types as text[]),
            cast(:file_sizes as int[]), cast(:file_hashes as bytea[]),
            cast(:file_abouts as bytea[]), cast(:file_contents as bytea[]))
            with ordinality as f (id, media_type, size, sha256, about, content, position)
        on conflict (id) do update set media_type = excluded.media_type, size = excluded.size,
            sha256 = excluded.sha256, about = excluded.about, content = excluded.content)
    update intake.inbound_mail m
    set state = 'parsed', duplicate_of = nullif(twin.mail_id, m.id),
        summary = :summary, digest_tag = :digest_tag, message_tag = :message_tag,
        sender_tag = :sender_tag, mail_class = :mail_class, sender_auth = :sender_auth,
        flags = cast(:flags as text[])
            || array(select f from unnest(m.flags) f where f = 'message_cut'),
        degraded = :degraded, attempts = 0, next_at = :now
    from twin where m.id = :id and m.state = 'accepted'
    returning m.id, m.state"""


async def save(tx: Tx, readings: Sequence[Mapping[str, Any]]) -> dict[UUID, State]:
    """Each reading in one statement; a mail whose content came before names the first of them.

    Files keep their ids when the mail is read again. A mail that has moved on meanwhile is not
    among those that are returned.
    """
    rows = await tx.each(_SAVE, readings)
    return {row["id"]: State(row["state"]) for row in rows}


async def content_of(tx: Tx, mail_id: UUID) -> bytes | None:
    content: bytes | None = await tx.scalar(
        "select content from intake.mail_parsed where mail_id = :id", {"id": mail_id}
    )
    return content


async def files_of(tx: Tx, *mail_ids: UUID) -> dict[UUID, list[Mapping[str, Any]]]:
    """The files of each mail in their order, without their bytes."""
    rows = await tx.rows(
        """select mail_id, id, media_type, size, sha256, about from intake.mail_attachment
        where mail_id = any(cast(:ids as uuid[])) order by mail_id, position""",
        {"ids": list(mail_ids)},
    )
    found: dict[UUID, list[Mapping[str, Any]]] = {mail_id: [] for mail_id in mail_ids}
    for row in rows:
        found[row["mail_id"]].append(dict(row))
    return found


async def file_of(tx: Tx, mail_id: UUID, file_id: UUID) -> Mapping[str, Any] | None:
    """One file without its bytes; None unless it belongs to that mail."""
    row = await tx.row(
        """select media_type, size, about from intake.mail_attachment
        where id = :file and mail_id = :mail""",
        {"file": file_id, "mail": mail_id},
    )
    return dict(row) if row else None


async def file_slice(tx: Tx, file_id: UUID, start: int, stop: int | None = None) -> bytes:
    """Some of a file's sealed bytes: the column is stored plain, so that no more is read."""
    many = "" if stop is None else "for :many"
    found = await tx.scalar(
        f"""select substring(content from :start {many}) from intake.mail_attachment
        where id = :file""",
        {"file": file_id, "start": start + 1} | ({} if stop is None else {"many": stop - start}),
    )
    return bytes(found or b"")
