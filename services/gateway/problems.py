"""What can go wrong with logins, people and the directory.

Problem
+- OAuthProblem 400: InvalidRequest, InvalidGrant, UnsupportedGrantType, InvalidScope
|  +- InvalidClient 401
+- LoginThrottled 429
+- AddressTaken, DomainTaken, MailboxTaken, LastAdministrator 409
+- RolesRefused 422: one class for each Misfit
+- PasswordRefused 422: one class for each Weakness
+- UnknownOrganization, OtherOrganization, UnknownDepartment, UnknownPerson, ScopesRefused 422
+- BeyondOwnRights 403
"""

from typing import Any, Final

from services.gateway.domain.passwords import LONGEST, SHORTEST, Weakness
from services.gateway.domain.people import Misfit
from shared.kit.problems import Problem, TooManyRequests
from shared.vocabulary import Localized


class OAuthProblem(Problem):
    """Also answers OAuth's own member `error`, so that any client library understands it."""

    status = 400

    def __init__(self, **params: Any) -> None:
        if self.status == 401:
            params = {"headers": {"WWW-Authenticate": 'Bearer realm="sanad"'}, **params}
        super().__init__(error=self.code, **params)


class InvalidRequest(OAuthProblem):
    code = "invalid_request"
    title = Localized(ar="طلب دخول ناقص", en="Incomplete login request")
    detail = Localized(
        ar="ينقص الطلب حقل أو أكثر مما يلزم لهذا النوع من الدخول.",
        en="The request lacks a field that this kind of login needs.",
    )


class InvalidGrant(OAuthProblem):
    """RFC 6749 says 400; a wrong password is 401 at every door of ours, `error` stays."""

    status = 401
    code = "invalid_grant"
    title = Localized(ar="تعذّر الدخول", en="Login refused")
    detail = Localized(
        ar="بيانات الدخول غير صحيحة أو لم تعد صالحة.",
        en="The credentials are not correct or no longer valid.",
    )


class InvalidClient(OAuthProblem):
    status = 401
    code = "invalid_client"
    title = Localized(ar="عميل غير معروف", en="Client refused")
    detail = Localized(
        ar="معرّف العميل أو سرّه غير صحيح.",
        en="The client id or its secret is not correct.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Basic realm="sanad"'})


class UnsupportedGrantType(OAuthProblem):
    code = "unsupported_grant_type"
    title = Localized(ar="نوع دخول غير مدعوم", en="Unsupported grant type")
    detail = Localized(
        ar="الأنواع المدعومة: password و refresh_token و client_credentials.",
        en="Supported are password, refresh_token and client_credentials.",
    )


class InvalidScope(OAuthProblem):
    code = "invalid_scope"
    title = Localized(ar="صلاحية غير ممنوحة", en="Scope not granted")
    detail = Localized(
        ar="طلب العميل صلاحية لم تُمنح له.",
        en="The client asks for a scope that it was not granted.",
    )


class LoginThrottled(TooManyRequests):
    code = "login_throttled"
    title = Localized(ar="محاولات دخول كثيرة", en="Too many login attempts")
    detail = Localized(
        ar="تكررت محاولات الدخول. انتظر قليلًا ثم أعد المحاولة.",
        en="There were too many login attempts. Wait a little and try again.",
    )


class AddressTaken(Problem):
    status = 409
    code = "address_taken"
    title = Localized(ar="العنوان مستخدم", en="Address taken")
    detail = Localized(
        ar="يوجد مستخدم بهذا العنوان البريدي.",
        en="There is a user with this mail address already.",
    )


class DomainTaken(Problem):
    status = 409
    code = "domain_taken"
    title = Localized(ar="النطاق مستخدم", en="Domain taken")
    detail = Localized(
        ar="نطاقات تخص مؤسسة أخرى: {domains}.",
        en="These domains belong to another organization: {domains}.",
    )


class MailboxTaken(Problem):
    status = 409
    code = "mailbox_taken"
    title = Localized(ar="صندوق البريد مستخدم", en="Mailbox taken")
    detail = Localized(
        ar="صندوق البريد هذا يخص قسمًا آخر.",
        en="This mailbox belongs to another department.",
    )


class LastAdministrator(Problem):
    status = 409
    code = "last_administrator"
    title = Localized(ar="المسؤول الوحيد", en="The last administrator")
    detail = Localized(
        ar="لا يمكن أن يبقى النظام بلا مسؤول.",
        en="The desk cannot be left without an administrator.",
    )


class RolesRefused(Problem):
    """A combination of roles, organization and departments that cannot be."""

    status = 422


class RoleRequired(RolesRefused):
    code = Misfit.NO_ROLE.value
    title = Localized(ar="الدور مطلوب", en="A role is required")
    detail = Localized(ar="لكل مستخدم دور واحد على الأقل.", en="A user has at least one role.")


class RolesMixed(RolesRefused):
    code = Misfit.MIXED_ROLES.value
    title = Localized(ar="أدوار متعارضة", en="Roles do not fit together")
    detail = Localized(
        ar="لا يجتمع دور عميل مع دور من أدوار فريق الدعم.",
        en="A customer's role cannot be combined with a role of the desk.",
    )


class OrganizationRequired(RolesRefused):
    code = Misfit.ORGANIZATION_REQUIRED.value
    title = Localized(ar="المؤسسة مطلوبة", en="An organization is required")
    detail = Localized(
        ar="يجب تحديد المؤسسة التي يتبع لها العميل.",
        en="A customer needs the organization that they belong to.",
    )


class StaffOrganization(RolesRefused):
    code = Misfit.STAFF_ORGANIZATION.value
    title = Localized(ar="مؤسسة غير مناسبة", en="Organization not allowed")
    detail = Localized(
        ar="لا ينتمي فريق الدعم إلى مؤسسة عميل.",
        en="People of the desk do not belong to a customer's organization.",
    )


class CustomerDepartment(RolesRefused):
    code = Misfit.CUSTOMER_DEPARTMENT.value
    title = Localized(ar="قسم غير مناسب", en="Department not allowed")
    detail = Localized(
        ar="الأقسام لفريق الدعم، لا للعملاء.",
        en="Departments are for people of the desk, not for customers.",
    )


ROLES: Final[dict[Misfit, type[RolesRefused]]] = {
    Misfit.NO_ROLE: RoleRequired,
    Misfit.MIXED_ROLES: RolesMixed,
    Misfit.ORGANIZATION_REQUIRED: OrganizationRequired,
    Misfit.STAFF_ORGANIZATION: StaffOrganization,
    Misfit.CUSTOMER_DEPARTMENT: CustomerDepartment,
}


class PasswordRefused(Problem):
    """A password that protects too little."""

    status = 422


class PasswordTooShort(PasswordRefused):
    code = Weakness.TOO_SHORT.value
    title = Localized(ar="كلمة مرور قصيرة", en="Password too short")
    detail = Localized(
        ar=f"أقل طول لكلمة المرور {SHORTEST} محارف.",
        en=f"A password has at least {SHORTEST} characters.",
    )


class PasswordTooLong(PasswordRefused):
    code = Weakness.TOO_LONG.value
    title = Localized(ar="كلمة مرور طويلة", en="Password too long")
    detail = Localized(
        ar=f"أقصى طول لكلمة المرور {LONGEST} محرفًا.",
        en=f"A password has at most {LONGEST} characters.",
    )


class PasswordGuessable(PasswordRefused):
    code = Weakness.GUESSABLE.value
    title = Localized(ar="كلمة مرور سهلة التخمين", en="Password easy to guess")
    detail = Localized(
        ar="كلمة المرور هذه من أول ما يُجرَّب. اختر غيرها.",
        en="This password is among the first that anybody tries. Choose another.",
    )


PASSWORDS: Final[dict[Weakness, type[PasswordRefused]]] = {
    Weakness.TOO_SHORT: PasswordTooShort,
    Weakness.TOO_LONG: PasswordTooLong,
    Weakness.GUESSABLE: PasswordGuessable,
}


class UnknownOrganization(Problem):
    status = 422
    code = "unknown_organization"
    title = Localized(ar="مؤسسة غير معروفة", en="Unknown organization")
    detail = Localized(ar="لا توجد مؤسسة بهذا المعرّف.", en="There is no organization with this id.")


class OtherOrganization(Problem):
    """Says the same of known, unknown and foreign people: it must not tell who exists."""

    status = 422
    code = "other_organization"
    title = Localized(ar="مؤسسة أخرى", en="Another organization")
    detail = Localized(
        ar="لا يتبع هذا العنوان المؤسسة المذكورة.",
        en="This address does not belong to the organization that was named.",
    )


class UnknownDepartment(Problem):
    status = 422
    code = "unknown_department"
    title = Localized(ar="قسم غير معروف", en="Unknown department")
    detail = Localized(ar="لا يوجد قسم بهذا المعرّف.", en="There is no department with this id.")


class UnknownPerson(Problem):
    status = 422
    code = "unknown_person"
    title = Localized(ar="شخص غير مناسب", en="Person not suitable")
    detail = Localized(
        ar="يجب أن يشغل المنصب شخص فعّال من فريق الدعم.",
        en="A position is held by an active person of the desk.",
    )


class ScopesRefused(Problem):
    status = 422
    code = "scopes_refused"
    title = Localized(ar="صلاحيات لا يمكن منحها", en="Scopes cannot be granted")
    detail = Localized(
        ar="لا يمكنك منح هذا العميل: {scopes}.",
        en="You cannot grant these to this client: {scopes}.",
    )


class BeyondOwnRights(Problem):
    status = 403
    code = "beyond_own_rights"
    title = Localized(ar="صلاحيات تفوق صلاحياتك", en="Rights beyond your own")
    detail = Localized(
        ar="لا يمكنك منح صلاحيات لا تملكها، ولا تغيير حساب من يملكها.",
        en="You cannot give rights that you lack, nor change the account of people who have them.",
    )
