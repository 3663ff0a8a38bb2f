"""Accounts: who may log in, and what for."""

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from bot.accounts import ROLE_WORDS, Role
from bot.logins import Logins
from bot.sorting import german_key
from bot.staff import LONGEST_NAME, Member
from bot.web.staff.page import Failed, Moved, Page, Reply, Shown, Visit

_OWN = "Das eigene Konto ändert eine andere Person, die verwalten darf."


class AccountForm(Form):
    """A new account."""

    name = StringField(
        "Name",
        [
            InputRequired("Bitte geben Sie einen Namen ein."),
            Length(max=LONGEST_NAME, message=f"Der Name darf höchstens {LONGEST_NAME} Zeichen haben."),
        ],
        description=f"Damit meldet sich die Person an; höchstens {LONGEST_NAME} Zeichen, groß oder klein zählt nicht.",
        render_kw={"autocomplete": "off"},
    )
    role = SelectField("Rolle", choices=list(ROLE_WORDS), default=ROLE_WORDS[0], validate_choice=False)

    def validate_role(self, field: Any) -> None:
        """Refuse a role that there is not."""
        if field.data not in ROLE_WORDS:
            raise ValidationError("Bitte wählen Sie eine Rolle aus der Liste.")


Act = Callable[[Member, Visit], Reply]


def pages(logins: Logins) -> tuple[Page, ...]:
    """Return the pages."""

    def accounts(visit: Visit) -> Reply:
        return _list(logins, visit, AccountForm())

    def add(visit: Visit) -> Reply:
        form = AccountForm(visit.form)
        if not form.validate():
            return _list(logins, visit, form)
        try:
            first = logins.add(form.name.data, Role.from_word(form.role.data), who=visit.account.name, now=visit.now)
        except ValueError as error:
            form.name.errors = [str(error)]
            return _list(logins, visit, form)
        return _told(form.name.data, first)

    def role(member: Member, visit: Visit) -> Reply:
        wanted = str(visit.form.get("role", "")) if visit.form else ""
        if wanted not in ROLE_WORDS:
            return Failed(400, "Diese Rolle gibt es nicht.")
        logins.set_role(member, Role.from_word(wanted), who=visit.account.name, now=visit.now)
        return Moved(visit.url("accounts"), f"{member.name} darf jetzt: {wanted}.")

    def lock(member: Member, visit: Visit) -> Reply:
        locked = bool(visit.form and visit.form.get("on") == "yes")
        logins.set_locked(member, locked=locked, who=visit.account.name, now=visit.now)
        return Moved(
            visit.url("accounts"), f"Das Konto {member.name} ist {'gesperrt' if locked else 'nicht mehr gesperrt'}."
        )

    def reset(member: Member, visit: Visit) -> Reply:
        return _told(member.name, logins.reset(member, who=visit.account.name, now=visit.now))

    def remove(member: Member, visit: Visit) -> Reply:
        logins.remove(member, who=visit.account.name, now=visit.now)
        return Moved(visit.url("accounts"), f"Das Konto {member.name} ist gelöscht.")

    acts: Mapping[str, tuple[str, Act]] = {
        "role": ("rolle", role),
        "lock": ("sperre", lock),
        "reset": ("passwort", reset),
        "remove": ("loeschen", remove),
    }
    return (
        Page(
            "/konten",
            "accounts",
            Role.ADMINISTER,
            accounts,
            nav="Konten",
            about="Wer sich anmelden darf, und was die Person darf.",
            needs_faq=False,
        ),
        Page("/konten", "accounts_add", Role.ADMINISTER, add, method="POST", needs_faq=False),
        *(
            Page(
                f"/konten/{{key}}/{path}",
                f"accounts_{name}",
                Role.ADMINISTER,
                _on_member(logins, act),
                method="POST",
                needs_faq=False,
            )
            for name, (path, act) in acts.items()
        ),
    )


def _on_member(logins: Logins, act: Act) -> Callable[[Visit], Reply]:
    """Return a view that does something to another one's account."""

    def view(visit: Visit) -> Reply:
        member = logins.store.member(key=visit.params["key"])
        if member is None:
            return Failed(404)
        return Failed(409, _OWN) if member.key == visit.account.key else act(member, visit)

    return view


def _list(logins: Logins, visit: Visit, form: AccountForm) -> Shown:
    """Show all accounts, the names as in a German register."""
    members = sorted(logins.store.members(), key=lambda member: german_key(member.name))
    own = next((member for member in members if member.key == visit.account.key), None)
    values = {"members": members, "form": form, "own": own, "words": ROLE_WORDS}
    return Shown("accounts.html", values, 422 if form.errors else 200)


def _told(name: str, first: str) -> Shown:
    """Show a first password, this once."""
    return Shown("first_password.html", {"name": name, "password": first})
