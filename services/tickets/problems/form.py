"""Failures of the web site's form."""

from collections.abc import Mapping
from typing import Final

from shared.kit.problems import Conflict, Problem, TooManyRequests, Unavailable
from shared.vocabulary import Localized


class ProofInvalid(Problem):
    status = 422
    code = "proof_invalid"
    title = Localized(ar="إثبات غير صالح", en="Invalid proof")
    detail = Localized(
        ar="لم يُقبل إثبات العمل. اطلب تحديًا جديدًا وأعد المحاولة.",
        en="The proof of work was not accepted. Ask for a new challenge and try again.",
    )


class ProofSpent(Conflict):
    code = "proof_spent"
    title = Localized(ar="إثبات مستخدم", en="The proof was already used")
    detail = Localized(
        ar="استُخدم هذا الإثبات من قبل. اطلب تحديًا جديدًا.",
        en="This proof was used before. Ask for a new challenge.",
    )


class CaptchaInvalid(Problem):
    status = 422
    code = "captcha_invalid"
    title = Localized(ar="لم يُقبل الاختبار", en="The captcha was not accepted")
    detail = Localized(
        ar="لم يقبل مزود الاختبار الإجابة، أو استُخدمت من قبل. أعد الاختبار.",
        en="The captcha provider did not accept the answer, or it was used before. Solve it again.",
    )


class CaptchaAway(Unavailable):
    code = "captcha_unavailable"
    title = Localized(ar="مزود الاختبار لا يجيب", en="The captcha provider does not answer")
    detail = Localized(
        ar="تعذّر التحقق من الاختبار الآن. أعد المحاولة بعد قليل، أو أرسل إثبات عمل بدلًا منه.",
        en="The captcha cannot be checked now. Try again soon, or send a proof of work instead.",
    )


class CaptchaUnset(Problem):
    status = 422
    code = "captcha_unset"
    title = Localized(ar="لا يوجد اختبار هنا", en="No captcha here")
    detail = Localized(
        ar="لم يُضبط مزود اختبار لهذا الموقع. أرسل إثبات عمل.",
        en="No captcha provider is configured here. Send a proof of work.",
    )


class AnswerSettled(Conflict):
    """A program, or a finger that cannot decide; what was said last stays."""

    code = "answer_changed_too_often"
    title = Localized(ar="تغيّر الجواب مرارًا", en="The answer was changed too often")
    detail = Localized(
        ar="غُيّر الجواب عن هذا الطلب مرات كثيرة، ويبقى آخر جواب سُجّل.",
        en="The answer about this request was changed many times; the one recorded last stays.",
    )


class NothingToVouch(Conflict):
    code = "nothing_to_vouch"
    title = Localized(ar="لا شيء يُؤكَّد", en="There is nothing to vouch for")
    detail = Localized(
        ar="لا ينتظر هذا الطلب تأكيدًا من أحد، أو قال صاحب العنوان إنه ليس منه، والكلمة الأخيرة له.",
        en="This request waits for nobody's confirmation, or the owner of the address has said that"
        " it is not theirs, and theirs is the last word.",
    )


class TooManyForms(TooManyRequests):
    code = "too_many_forms"
    title = Localized(ar="طلبات كثيرة من شبكتك", en="Too many requests from your network")
    detail = Localized(
        ar="أرسلت شبكتك طلبات كثيرة من النموذج. انتظر قليلًا، أو اكتب إلينا بالبريد.",
        en="Your network has sent many forms. Wait a little, or write to us by e-mail.",
    )


PROOF_MISSING: Final = Localized(
    ar="ينقص إثبات العمل: اطلب تحديًا من \u2068GET /v1/public/challenge\u2069 وأرسل"
    " \u2068proof\u2069 وفيه \u2068salt\u2069 و\u2068nonce\u2069، أو أرسل"
    " \u2068captcha\u2069 حيث ضُبط مزود.",
    en="The proof of work is missing: ask GET /v1/public/challenge and send `proof` with `salt`"
    " and `nonce`, or send `captcha` where a provider is configured.",
)
PROOF_TWICE: Final = Localized(
    ar="أرسل \u2068proof\u2069 أو \u2068captcha\u2069، لا كليهما.",
    en="Send either `proof` or `captcha`, not both.",
)

UNHEARD: Final[Mapping[str, Localized]] = {
    "disabled": Localized(
        ar="لن يُرسل بريد: حساب صاحب التذكرة موقوف.",
        en="No mail goes out: the requester's account is disabled.",
    ),
    "denied": Localized(
        ar="لن يُرسل بريد: قال صاحب العنوان إن الطلب ليس منه.",
        en="No mail goes out: the owner of the address says it is not their request.",
    ),
    "denied_another": Localized(
        ar="لن يُرسل بريد: أنكر صاحب العنوان طلبًا آخر من النموذج خلال آخر 30 يومًا، ولم يؤكد هذا.",
        en="No mail goes out: the owner of the address denied another request of the form within"
        " the last 30 days, and has not confirmed this one.",
    ),
}
"""Why a public reply is not read, by the reason."""
