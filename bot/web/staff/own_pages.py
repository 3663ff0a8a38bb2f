"""One's own account: password and sessions."""

from typing import Any

from wtforms import Form, PasswordField
from wtforms.validators import InputRequired, Length, ValidationError

from bot.accounts import Role
from bot.logins import Logins
from bot.passwords import LONGEST, SHORTEST
from bot.web.staff.browsers import in_words
from bot.web.staff.page import Moved, Page, Reply, Shown, Visit

_FITS = Length(max=LONGEST, message=f"Das Passwort darf höchstens {LONGEST} Zeichen haben.")


class PasswordForm(Form):
    """A new password."""

    old = PasswordField(
        "Bisheriges Passwort",
        [InputRequired("Bitte geben Sie Ihr bisheriges Passwort ein."), _FITS],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        "Neues Passwort",
        [InputRequired("Bitte geben Sie ein neues Passwort ein."), _FITS],
        description=f"Mindestens {SHORTEST} Zeichen, zum Beispiel vier Wörter, die nichts miteinander zu tun haben.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Neues Passwort wiederholen",
        [InputRequired("Bitte wiederholen Sie das neue Passwort.")],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Any) -> None:
        """Find a slip of the finger."""
        if field.data != self.new.data:
            raise ValidationError("Die beiden neuen Passwörter sind verschieden.")


def pages(logins: Logins) -> tuple[Page, ...]:
    """Return the pages."""

    def password(visit: Visit) -> Reply:
        return _password(logins, visit, PasswordForm())

    def change(visit: Visit) -> Reply:
        form = PasswordForm(visit.form)
        if not form.validate():
            return _password(logins, visit, form)
        wrong = logins.change_password(visit.session, visit.account.key, form.old.data, form.new.data, now=visit.now)
        for name, message in wrong.items():
            form[name].errors = [message]
        if wrong:
            return _password(logins, visit, form)
        return Moved(
            visit.query.get("next") or visit.url("start"),
            "Ihr Passwort ist geändert. Ihre anderen Sitzungen sind beendet.",
        )

    def sessions(visit: Visit) -> Reply:
        found = logins.store.sessions(visit.account.key)
        values = {"sessions": [each for each in found if not each.is_over(visit.now)], "in_words": in_words}
        return Shown("sessions.html", values)

    def end(visit: Visit) -> Reply:
        count = logins.store.end(visit.account.key, **_which(visit))
        done = "1 Sitzung ist beendet." if count == 1 else f"{count} Sitzungen sind beendet."
        return Moved(visit.url("sessions"), done)

    return (
        Page("/passwort", "password", Role.READ, password, needs_faq=False),
        Page("/passwort", "password_change", Role.READ, change, method="POST", needs_faq=False),
        Page("/sitzungen", "sessions", Role.READ, sessions, needs_faq=False),
        Page("/sitzungen", "sessions_end", Role.READ, end, method="POST", needs_faq=False),
    )


def _which(visit: Visit) -> dict[str, str]:
    """Return one session that is named, else all others than this one."""
    named = str(visit.form.get("session", "")) if visit.form else ""
    return {"session": named} if named else {"but": visit.session}


def _password(logins: Logins, visit: Visit, form: PasswordForm) -> Shown:
    member = logins.store.member(key=visit.account.key)
    is_first = bool(member and member.first_until)
    has_one = bool(member and member.password)
    aim = visit.query.get("next") or None
    values = {"form": form, "is_first": is_first, "has_one": has_one, "aim": aim}
    return Shown("password.html", values, 422 if form.errors else 200)
