"""What may be wrong with the question for a list."""

from typing import Final

from shared.vocabulary import Localized

CURSOR_FOREIGN: Final = Localized(
    ar="هذه العلامة لقائمة أخرى أو لقارئ آخر؛ ابدأ من الصفحة الأولى",
    en="This cursor belongs to another list or another reader; begin with the first page",
)
