"""Failures of merging, splitting and tying tickets together."""

from collections.abc import Sequence
from typing import Final

from services.tickets.domain.stories import NOTHING, STATUS_WORDS, VERB_WORDS
from shared.kit.problems import Conflict, IllegalTransition
from shared.vocabulary import Localized, Status


class TargetEnded(IllegalTransition):
    """The other ticket takes nothing in; `legal` is what it allows, `into` where it lives on."""

    title = Localized(ar="لا تُدمج فيها تذكرة", en="Nothing can be merged into it")
    detail = Localized(
        ar="لا تُدمج تذكرة في أخرى وهي {state}. الممكن للتذكرة الأخرى: {verbs}.",
        en="Nothing is merged into a ticket that is {state}. Possible for that one: {verbs}.",
    )

    def __init__(
        self, status: Status, legal: Sequence[str], into: str | None, *, waits: bool
    ) -> None:
        verbs = [VERB_WORDS[one] for one in legal] or [NOTHING]
        told = Localized(
            ar="، ".join(one["ar"] for one in verbs), en=", ".join(one["en"] for one in verbs)
        )
        super().__init__(
            legal=legal,
            target_status=status.value,
            waits=waits,
            **({"into": into} if into else {}),
            words={"state": STATUS_WORDS[status.value], "verbs": told},
        )


class MergeCycle(Conflict):
    code = "merge_cycle"
    title = Localized(ar="دمج دائري", en="The merge would go in a circle")
    detail = Localized(
        ar="التذكرة الأخرى مدمجة في هذه التذكرة من قبل. ألغِ ذلك الدمج أولًا.",
        en="The other ticket was merged into this one before. Undo that merge first.",
    )


class RequesterUnconfirmed(Conflict):
    """What was joined with it would be hidden with it, or shown with what it is joined with."""

    code = "requester_unconfirmed"
    title = Localized(ar="طلب لم يؤكده صاحبه", en="A request that nobody has confirmed")
    detail = Localized(
        ar="لم يؤكد صاحب العنوان طلب النموذج هذا، أو قال إنه ليس منه. لا يُدمج الطلب ولا يُقسم"
        " قبل أن يؤكده.",
        en="The owner of the address has not confirmed this request of the form, or said that it"
        " is not theirs. It is neither merged nor split before they confirm it.",
    )


class UnmergeExpired(Conflict):
    code = "unmerge_expired"
    title = Localized(ar="انتهت مهلة التراجع", en="Too late to undo")
    detail = Localized(
        ar="يُلغى الدمج خلال 24 ساعة فقط. يمكن تقسيم الرسائل إلى تذكرة جديدة.",
        en="A merge can be undone for 24 hours. Its messages can still be split off.",
    )


class LinkCycle(Conflict):
    code = "link_cycle"
    title = Localized(ar="ربط دائري", en="The links would go in a circle")
    detail = Localized(
        ar="هذا الربط يجعل التذكرة تابعة لنفسها.",
        en="With this link the ticket would belong to itself.",
    )


MERGED_WITH_ITSELF: Final = Localized(
    ar="لا تُدمج التذكرة في نفسها، فاختر تذكرة أخرى",
    en="A ticket is not merged into itself: choose another one",
)
LINKED_WITH_ITSELF: Final = Localized(
    ar="لا تُربط التذكرة بنفسها، فاختر تذكرة أخرى",
    en="A ticket is not linked with itself: choose another one",
)
OF_ANOTHER_ORGANIZATION: Final = Localized(
    ar="التذكرة الأخرى لمؤسسة مختلفة، ولا تُدمج إلا تذاكر المؤسسة الواحدة. يمكن ربطهما بدلًا من ذلك",
    en="The other ticket is of another organization, and only tickets of one are merged."
    " They can be linked instead",
)
MESSAGE_UNKNOWN: Final = Localized(
    ar="لا توجد في هذه التذكرة رسالة بهذا المعرّف", en="No such message on this ticket"
)
NOTHING_LEFT: Final = Localized(
    ar="لا بد أن تبقى رسالة واحدة على الأقل في التذكرة",
    en="At least one message must stay on the ticket",
)
WATCHER_UNKNOWN: Final = Localized(
    ar="لا يوجد موظف بهذا المعرّف يرى هذه التذكرة",
    en="There is no colleague with this id who sees this ticket",
)
REQUESTER_STAYS: Final = Localized(
    ar="صاحب التذكرة يبقى فيها دائمًا", en="The requester always takes part"
)
NOT_CLOSED: Final = Localized(
    ar="ما زال الرد على تلك التذكرة ممكنًا، فاكتب فيها أو أعد فتحها",
    en="That ticket can still be answered: write on it, or reopen it",
)
OTHER_OWNER: Final = Localized(
    ar="تلك التذكرة لمؤسسة أخرى", en="That ticket is of another organization"
)
NO_REPORTS: Final = Localized(
    ar="لا بلاغات مرتبطة بهذه التذكرة", en="No reports are linked with this ticket"
)
