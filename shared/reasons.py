"""Why a mail was taken as it was: one word for each reason, in words for both kinds of readers."""

from collections.abc import Iterable, Mapping
from typing import Final

from shared.vocabulary import Locale, Localized

_PROOFS: Final[Mapping[str, Localized]] = {
    "dmarc_passed": Localized(
        ar="خادم البريد أثبت هوية المرسل (DMARC)", en="The mail server proved the sender (DMARC)"
    ),
    "dkim_aligned": Localized(
        ar="الرسالة موقّعة بتوقيع نطاق المرسل (DKIM)",
        en="The mail carries the signature of the sender's domain (DKIM)",
    ),
    "spf_aligned": Localized(
        ar="خادم المرسل مصرَّح له بالإرسال، ولا توقيع على الرسالة (SPF)",
        en="The sending server is allowed to send, but the mail is not signed (SPF)",
    ),
    "dmarc_failed": Localized(
        ar="فشل إثبات هوية المرسل، فقد يكون العنوان منتحلًا (DMARC)",
        en="The proof of the sender failed: the address may be forged (DMARC)",
    ),
    "arc_lifted": Localized(
        ar="فشل الإثبات بسبب إعادة التوجيه، وشهد بصحته موجّه معتمد (ARC)",
        en="Forwarding broke the proof; a forwarder that we trust had seen it whole (ARC)",
    ),
    "nothing_proven": Localized(ar="لا دليل على هوية المرسل", en="Nothing proves the sender"),
    "from_not_single": Localized(
        ar="لا تحمل الرسالة عنوان مرسل واحدًا", en="The mail does not name exactly one sender"
    ),
}

_SIGNS: Final[Mapping[str, Localized]] = {
    "own_mark": Localized(ar="الرسالة من بريدنا نفسه", en="The mail is one of our own"),
    "delivery_report": Localized(ar="إشعار بتعذّر التسليم", en="A delivery report"),
    "says_auto_replied": Localized(ar="تصرّح بأنها رد آلي", en="Says that a machine answered"),
    "precedence_auto_reply": Localized(
        ar="تصرّح بأنها رد آلي (Precedence)", en="Says that a machine answered (Precedence)"
    ),
    "reply_header": Localized(
        ar="تحمل علامة المجيب الآلي", en="Carries the mark of an autoresponder"
    ),
    "exchange_rule": Localized(
        ar="أرسلتها قاعدة في صندوق بريد Exchange", en="Sent by a rule of an Exchange mailbox"
    ),
    "subject_of_robot": Localized(
        ar="موضوعها موضوع رد آلي", en="Has the subject of an automatic reply"
    ),
    "says_auto_generated": Localized(ar="تصرّح بأنها أُنشئت آليًا", en="Says that a machine wrote it"),
    "null_sender": Localized(ar="بلا مرسل يُرد عليه", en="Has no sender to answer to"),
    "precedence_bulk": Localized(ar="رسالة جماعية (Precedence)", en="Bulk mail (Precedence)"),
    "list_header": Localized(ar="وصلت عبر قائمة بريدية", en="Came through a mailing list"),
    "by_hand": Localized(ar="كتبها شخص", en="Written by a person"),
}

_MATCHES: Final[Mapping[str, Localized]] = {
    "matched_token": Localized(
        ar="أُرسلت إلى عنوان الرد الخاص بالتذكرة", en="Sent to the reply address of the ticket"
    ),
    "matched_signed_id": Localized(
        ar="ترد على رسالة منّا بتوقيعنا", en="Answers a mail of ours that we signed"
    ),
    "matched_stored_id": Localized(
        ar="ترد على رسالة سبق أن وصلتنا", en="Answers a mail that we had received"
    ),
    "matched_subject_tag": Localized(
        ar="رقم التذكرة مذكور في الموضوع", en="The subject names the number of the ticket"
    ),
    "matched_none": Localized(ar="لا تشير إلى أي تذكرة", en="Names no ticket"),
    "sender_member": Localized(
        ar="المرسل طرف في التذكرة", en="The sender takes part in the ticket"
    ),
    "sender_colleague": Localized(
        ar="المرسل من مؤسسة صاحب الطلب", en="The sender is of the requester's organization"
    ),
    "sender_stranger": Localized(
        ar="المرسل ليس طرفًا في التذكرة", en="The sender takes no part in the ticket"
    ),
}

_DECISIONS: Final[Mapping[str, Localized]] = {
    "no_sender": Localized(ar="لا عنوان مرسل صالحًا", en="There is no usable sender address"),
    "sender_auth_failed": Localized(
        ar="محتجزة لأن إثبات هوية المرسل فشل", en="The proof of the sender failed"
    ),
    "sender_not_proven": Localized(
        ar="لا دليل يكفي على أن المرسل صاحب العنوان",
        en="Nothing shows well enough that the sender owns the address",
    ),
    "sender_not_on_ticket": Localized(
        ar="المرسل ليس طرفًا في التذكرة التي يرد عليها",
        en="The sender does not take part in the ticket that the mail answers",
    ),
    "staff_not_proven": Localized(
        ar="العنوان لأحد موظفينا، ولا دليل على أنه المرسل",
        en="The address is a colleague's, and nothing shows that they wrote it",
    ),
    "not_decided": Localized(
        ar="تعذّر علينا البت فيها بعد محاولات متكررة",
        en="We failed to decide about it, again and again",
    ),
    "same_content": Localized(ar="نسخة من رسالة سبقت", en="A copy of an earlier mail"),
    "message_id_reused": Localized(
        ar="معرّف الرسالة مستعمل في رسالة أخرى", en="Another mail has the same Message-ID"
    ),
    "loop": Localized(ar="رسالة من بريدنا عادت إلينا", en="A mail of ours that came back"),
    "bounce": Localized(
        ar="إشعار تسليم لا يثبت أنه عن رسالة منا",
        en="A delivery report that is not proven to be about a mail of ours",
    ),
    "auto_reply": Localized(ar="رد آلي لا يخص تذكرة", en="An automatic reply about no ticket"),
    "auto_generated": Localized(
        ar="رسالة آلية، وهذا الصندوق لا يفتح لها تذاكر",
        en="Written by a machine, and no tickets are opened for such mail",
    ),
    "possibly_related": Localized(
        ar="قد تخص تذكرة أخرى، ومرسلها ليس طرفًا فيها",
        en="May belong to another ticket that its sender takes no part in",
    ),
    "unverified": Localized(ar="مرسل غير موثوق", en="Unverified sender"),
    "internal_thread": Localized(
        ar="ترد على رسالة داخلية فتبقى داخلية", en="Answers an internal mail and so stays internal"
    ),
    "forwarded": Localized(
        ar="أعاد موظف توجيهها نيابة عن العميل", en="Forwarded by staff for the customer"
    ),
    "same_content_apart": Localized(
        ar="محتوى رسالة وصلت قبلها، لكن إثباتها أو موضعها غير تلك، فحُكم عليها وحدها",
        en="The content of an earlier mail, but proven or addressed otherwise: decided by itself",
    ),
    "also_addressed": Localized(
        ar="وُجّهت إلى عنوان قسم آخر أيضًا", en="Sent to another department's address too"
    ),
    "unfetchable": Localized(
        ar="لم يسلّمها خادم البريد؛ أعد المحاولة أو افتحها على الخادم",
        en="The mail server does not give it; replay, or look at it there",
    ),
    "message_cut": Localized(
        ar="أكبر من الحد المسموح، فقُطع آخرها؛ الأصل على خادم البريد",
        en="Larger than is taken, so its end is cut; the original is on the mail server",
    ),
    "reopen_limited": Localized(
        ar="لم تُعد فتح التذكرة: بلغ البريد حدّه اليومي",
        en="Did not reopen the ticket: mail reached its daily limit",
    ),
    "released": Localized(ar="قبلها موظف", en="Accepted by staff"),
    "rejected": Localized(ar="رفضها موظف", en="Refused by staff"),
}

_READINGS: Final[Mapping[str, Localized]] = {
    "headers_cut": Localized(ar="رأس الرسالة أطول مما يُقرأ", en="The headers were cut"),
    "parts_cut": Localized(ar="أجزاؤها أكثر مما يُقرأ", en="Some parts were left out"),
    "depth_cut": Localized(ar="أجزاؤها متداخلة أكثر مما يُقرأ", en="Parts are nested too deep"),
    "text_cut": Localized(ar="النص أطول مما يُعرض", en="The text was cut"),
    "html_cut": Localized(ar="التنسيق أطول مما يُعرض", en="The HTML was cut"),
    "files_cut": Localized(ar="مرفقاتها أكثر مما يُقبل", en="Some files were left out"),
    "addresses_cut": Localized(ar="عناوينها أكثر مما يُقرأ", en="Some addresses were left out"),
    "encoded_words_cut": Localized(ar="كلماتها المرمّزة أكثر مما يُقرأ", en="Too many encoded words"),
    "charset_guessed": Localized(ar="خُمّن ترميز النص", en="The character set was guessed"),
    "bad_transfer_encoding": Localized(
        ar="ترميز النقل تالف في بعضها", en="Part of the transfer encoding is broken"
    ),
    "subject_cut": Localized(ar="الموضوع أطول مما يُعرض", en="The subject was cut"),
    "references_cut": Localized(
        ar="سلسلة الرسائل أطول مما يُقرأ", en="The chain of earlier mails was cut"
    ),
    "smime_or_pgp_not_opened": Localized(
        ar="الرسالة مشفّرة أو موقّعة ولم تُفتح", en="Encrypted or signed, and not opened"
    ),
    "winmail_not_opened": Localized(
        ar="تعذّر فتح winmail.dat، وهو محفوظ", en="winmail.dat could not be opened; it is kept"
    ),
    "message_cut": Localized(
        ar="الرسالة أكبر مما يُقرأ، والأصل محفوظ", en="The mail was cut; its bytes are kept"
    ),
    "unreadable": Localized(
        ar="تعذّرت قراءة الرسالة، والأصل محفوظ", en="The mail could not be read; the bytes are kept"
    ),
}

REASONS: Final[Mapping[str, Localized]] = {
    **_PROOFS,
    **_SIGNS,
    **_MATCHES,
    **_DECISIONS,
    **_READINGS,
}


def explained(words: Iterable[str], locale: Locale) -> list[dict[str, str]]:
    """Reasons as a reader is shown them; a word that has no text stands for itself."""
    return [{"code": word, "text": text_of(word, locale)} for word in dict.fromkeys(words)]


def text_of(word: str, locale: Locale) -> str:
    """One reason in the reader's language."""
    texts = REASONS.get(word)
    if texts is None:
        return word
    return texts["ar"] if locale is Locale.AR else texts["en"]
