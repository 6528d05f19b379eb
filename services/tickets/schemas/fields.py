"""Bodies around custom fields."""

from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.tickets.domain import fields as domain
from services.tickets.domain.fields import Customers, Definition, FieldType, Need, Option
from services.tickets.domain.fieldvalues import plain_text
from shared.kit.model import Body, Instant, Line, Out
from shared.vocabulary import Localized

Key = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
Value = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,49}$")]
Limit = Annotated[str, Line(40)] | int | float
Position = Annotated[int, Field(ge=0, le=100_000)]
Length = Annotated[int, Field(ge=1, le=domain.LONGEST)]
_EMPTIED: Final = frozenset({"help", "department_id", "minimum", "maximum", "max_length"})


class _Texts(Body):
    """A text in both languages; marks that turn the direction of a line are left out."""

    def localized(self) -> Localized:
        told: Any = self
        return Localized(ar=plain_text(told.ar), en=plain_text(told.en))

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if not all(self.localized().values()):
            raise PydanticCustomError("blank", "The text must not be blank")
        return self


class LabelIn(_Texts):
    ar: Annotated[str, Line(100)]
    en: Annotated[str, Line(100)]


class HelpIn(_Texts):
    ar: Annotated[str, Line(500)]
    en: Annotated[str, Line(500)]


class OptionIn(Body):
    """`retired`: no longer offered; it stays readable where it was chosen."""

    value: Value
    label: LabelIn
    retired: bool = False

    def option(self) -> Option:
        return Option(self.value, self.label.localized(), self.retired)


Options = Annotated[list[OptionIn], Field(max_length=domain.MOST_OPTIONS)]
_NEEDS: Final = ", ".join(f"'{one}'" for one in Need)


def _several(value: Any) -> Any:
    if isinstance(value, list):
        return value
    raise PydanticCustomError("list_type", "A list is expected", {"expected": _NEEDS})


Needs = Annotated[list[Need], Field(max_length=len(Need)), BeforeValidator(_several)]


class FieldIn(Body):
    """A new custom field; `department_id` null = tickets of all departments have it."""

    key: Key
    label: LabelIn
    help: HelpIn | None = None
    type: FieldType
    options: Options = Field(default_factory=list)
    department_id: UUID | None = None
    required: Needs = Field(default_factory=list)
    customers: Customers = Customers.HIDDEN
    minimum: Limit | None = None
    maximum: Limit | None = None
    max_length: Length | None = None
    position: Position = 0
    active: bool = True
    filterable: bool = False

    def definition(self) -> Definition:
        return Definition(**_values(self, self.__class__.model_fields))


class FieldPatch(Body):
    """What may change; options that are no longer named are retired, never lost."""

    label: LabelIn | None = None
    help: HelpIn | None = None
    type: FieldType | None = None
    options: Options | None = None
    department_id: UUID | None = None
    required: Needs | None = None
    customers: Customers | None = None
    minimum: Limit | None = None
    maximum: Limit | None = None
    max_length: Length | None = None
    position: Position | None = None
    active: bool | None = None
    filterable: bool | None = None

    @model_validator(mode="after")
    def _not_emptied(self) -> Self:
        for name in self.model_fields_set - _EMPTIED:
            if getattr(self, name) is None:
                raise PydanticCustomError("null", "This field cannot be emptied")
        return self

    def changes(self) -> dict[str, Any]:
        """Only what was sent."""
        return _values(self, self.model_fields_set)


class OptionOut(Out):
    value: str
    label: Localized
    retired: bool


class FieldOut(Out):
    """A custom field; `filter_ready` once filters find old tickets too."""

    id: UUID
    key: str
    label: Localized
    help: Localized | None
    type: FieldType
    options: list[OptionOut]
    department_id: UUID | None
    required: list[Need]
    customers: Customers
    minimum: int | float | str | None
    maximum: int | float | str | None
    max_length: int | None
    position: int
    active: bool
    filterable: bool
    filter_ready: bool
    version: int
    created_at: Instant
    updated_at: Instant


class FieldPage(Out):
    items: list[FieldOut]
    next_cursor: str | None = None


class FormFieldOut(Out):
    """What the public form asks about one field; options that are no longer offered are gone."""

    key: str
    label: Localized
    help: Localized | None
    type: FieldType
    options: list[OptionOut]
    department_id: UUID | None
    required: bool
    minimum: int | float | str | None
    maximum: int | float | str | None
    max_length: int | None
    position: int


class FormFields(Out):
    items: list[FormFieldOut]


_SHOWN: Final = (
    *("key", "label", "help", "type", "department_id", "minimum", "maximum", "max_length"),
    "position",
)


def told(field: domain.Field) -> dict[str, Any]:
    """The field as its own door shows it."""
    one = field.definition
    return {
        "id": field.id,
        **{name: getattr(one, name) for name in (*_SHOWN, "customers", "active", "filterable")},
        "required": list(one.required),
        "options": [_option(each) for each in one.options],
        "filter_ready": field.filter_ready,
        "version": field.version,
        "created_at": field.created_at,
        "updated_at": field.updated_at,
    }


def asked(field: domain.Field) -> dict[str, Any]:
    """The field as the public form asks it."""
    one = field.definition
    return {
        **{name: getattr(one, name) for name in _SHOWN},
        "required": Need.CREATE in one.required,
        "options": [_option(each) for each in one.options if not each.retired],
    }


def _option(one: Option) -> dict[str, Any]:
    return {"value": one.value, "label": one.label, "retired": one.retired}


def _values(body: Body, names: Any) -> dict[str, Any]:
    return {name: _value(getattr(body, name)) for name in names}


def _value(value: Any) -> Any:
    if isinstance(value, _Texts):
        return value.localized()
    if isinstance(value, list):
        made = [one.option() if isinstance(one, OptionIn) else one for one in value]
        return tuple(dict.fromkeys(made)) if made and isinstance(made[0], Need) else tuple(made)
    return value
