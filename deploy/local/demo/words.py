"""What the demonstration says, in both languages; values stand isolated inside Arabic lines."""

from typing import Any

from deploy.local.demo.content import Content

_REFUSALS = {
    "stopped": {
        "en": "Sanad does not run on this home; start it with `make run`, then try again.",
        "ar": "سند لا يعمل على هذا المجلد. شغّله بالأمر \u2066make run\u2069 ثم أعد المحاولة.",
    },
    "production": {
        "en": "This installation is in production: invented people have no place in it.",
        "ar": "هذا التثبيت إنتاجي، ولا مكان فيه لأشخاص من نسج الخيال.",
    },
}
_PROGRESS = {"en": "[{done}/{of}] {what}", "ar": "[{of}/{done}] {what}"}
_FIRST = {"en": "companies, people and promises are there", "ar": "الشركات والأشخاص والوعود جاهزة"}
_NEWS = {
    "en": "Made {made} records and played {played} of {total} tickets.",
    "ar": "أُنشئ {made} من السجلات، وعُولجت {played} من {total} تذكرة.",
}
_OLD = {
    "en": "Everything was there already ({total} tickets); nothing was added.",
    "ar": "كل شيء موجود من قبل ({total} تذكرة)، ولم يُضف شيء.",
}
_HEADS = {
    "en": ("Tickets by status", "by channel", "by priority"),
    "ar": ("التذاكر حسب الحالة", "حسب القناة", "حسب الأولوية"),
}
_NAMES = {
    "new": "جديدة",
    "open": "مفتوحة",
    "waiting_customer": "بانتظار العميل",
    "waiting_third_party": "بانتظار طرف ثالث",
    "resolved": "محلولة",
    "closed": "مغلقة",
    "merged": "مدمجة",
    "spam": "مزعجة",
    "email": "البريد",
    "api": "الواجهة البرمجية",
    "form": "نموذج الموقع",
    "portal": "البوابة",
    "phone": "الهاتف",
    "web": "الموقع",
}
_LOGINS = {
    "en": "People (one password for all: {password})",
    "ar": "الأشخاص (كلمة مرور واحدة للجميع: {password})",
}
_ROLES = {
    "customer": {"en": "customer", "ar": "عميل"},
    "customer_admin": {"en": "customer's administrator", "ar": "مدير حساب العميل"},
    "agent": {"en": "agent", "ar": "موظف دعم"},
    "supervisor": {"en": "supervisor", "ar": "مشرف"},
    "manager": {"en": "manager", "ar": "مدير قسم"},
    "senior_management": {"en": "senior management", "ar": "الإدارة العليا"},
    "executive": {"en": "executive", "ar": "الفريق التنفيذي"},
    "auditor": {"en": "auditor", "ar": "مدقق"},
}
_LOOK = {
    "en": """What to look at
  {docs}                     the API, to try out
  {hot}   a shop that stands still: priority raised, assigned, answered
  {watched}   promised in seconds: first the manager hears, then the supervisor, then the top
  {list}          the queue, most urgent first
  {timeline}             the story of a ticket, in your language
  {explain}    how a due time was counted
  {report}      who was kept waiting
  {out}   the mails that went out
  {keys}   ids and secrets of the customers' programs
  its webhook goes nowhere unless {allow} named an address when it was made""",
    "ar": """ماذا ترى
  {docs}                     الواجهة البرمجية، للتجربة
  {hot}   فرع متوقف: رُفعت الأولوية وأُسندت وأُجيب عنها
  {watched}   وعد بالثواني: يعلم المدير أولًا ثم المشرف ثم الإدارة
  {list}          قائمة العمل، الأعجل أولًا
  {timeline}             قصة التذكرة بلغتك
  {explain}    كيف حُسب الموعد
  {report}      من طال انتظاره
  {out}   الرسائل الصادرة
  {keys}   معرّفات برامج العملاء وأسرارها
  خطاف الويب لا يصل إلى أحد إلا إذا حُدد عنوان في {allow} عند إنشائه""",
}
_PATHS = {
    "list": "GET /v1/tickets?sort=next_due_at",
    "timeline": "GET /v1/tickets/{id}/timeline",
    "explain": "GET /v1/tickets/{id}/sla/explain?metric=resolution",
    "report": "GET /v1/sla/report?group_by=organization",
    "allow": "SANAD_WEBHOOK_ALLOW",
}


def refusal(why: str, language: str) -> str:
    return _REFUSALS[why][language]


def progress_line(done: int, of: int, what: str, language: str) -> str:
    return _PROGRESS[language].format(done=done, of=of, what=what or _FIRST[language])


def farewell(facts: dict[str, Any], content: Content, language: str) -> str:
    """What was made, who may sign in, and where to look."""
    news = _NEWS if facts["made"] or facts["played"] else _OLD
    lines = ["", news[language].format(**facts), ""]
    counted = (facts["statuses"], facts["channels"], facts["priorities"])
    for head, figures in zip(_HEADS[language], counted, strict=True):
        lines.append(f"{head}: {_figures(figures, language)}")
    lines += ["", _LOGINS[language].format(password=_isolated(facts["password"], language))]
    lines += [_person(content, one, language) for one in content.people]
    return "\n".join([*lines, "", _places(facts, language), ""])


def _figures(figures: dict[str, int], language: str) -> str:
    """Their names in the language; a priority is called P1 in both."""
    if language == "en":
        return ", ".join(f"{name} {count}" for name, count in sorted(figures.items()))
    counted = sorted(figures.items())
    return "، ".join(
        f"{_NAMES.get(name, _isolated(name, 'ar'))} {count}" for name, count in counted
    )


def _person(content: Content, one: dict[str, Any], language: str) -> str:
    address = _isolated(content.address(one), language)
    return f"  {address}   {one['name']} - {_ROLES[one['role']][language]}"


def _places(facts: dict[str, Any], language: str) -> str:
    places = {"docs": f"{facts['url']}/docs", "keys": f"{facts['keys']}/demo/"}
    values = {**facts, **_PATHS, **places}
    text = {name: _isolated(value, language) for name, value in values.items()}
    return _LOOK[language].format(**text)


def _isolated(value: Any, language: str) -> str:
    """Latin text keeps its order inside a line that runs from right to left."""
    return f"\u2066{value}\u2069" if language == "ar" else str(value)
