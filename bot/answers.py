"""Turns decisions and entries into replies, with no words but those of texts.yaml and the FAQ."""

from dataclasses import replace

from bot.languages import sentence_for
from bot.replies import NONE, Choice, Reply
from bot.situation import Situation
from bot.standby import Standby
from bot.state import ChatState
from bot.texts import Texts
from bot.wishes import wish_choices
from intents.decision import Decision, DecisionKind
from intents.faq import Contact, FaqEntry, Kind, Source

HUMAN = "m"
"""The token of the wish for a human."""
ACCEPT, DECLINE = "h:y", "h:n"
"""Tokens of the answers to the offer of a human."""

_LONGEST_QUOTE = 120


def answer_reply(situation: Situation, entry: FaqEntry) -> Reply:
    """Return an entry's answer with its follow-ups; sources and «Stand» belong to answers alone."""
    texts = situation.texts
    plain = situation.state.plain
    text = entry.plain_answer if plain and entry.plain_answer else entry.answer
    notes = [texts.no_plain_answer] if plain and not entry.plain_answer else []
    notes += _origin(situation, entry) if entry.kind is Kind.ANSWER else []
    choices = follow_up_choices(situation, entry)
    return Reply(text.strip(), tuple(notes), texts.follow_ups if choices else "", choices)


def rated(reply: Reply, entry: FaqEntry, number: int) -> Reply:
    """Return the reply to a question that asks whether it helped; what tells of the bot itself does not ask."""
    return replace(reply, question=number) if entry.kind is Kind.ANSWER else reply


def follow_up_choices(situation: Situation, entry: FaqEntry) -> tuple[Choice, ...]:
    """Return the follow-ups of an entry that may be shown today."""
    found = (situation.entry(entry_id) for entry_id in dict.fromkeys(entry.follow_ups))
    return tuple(
        Choice(other.question, f"e:{other.id}")
        for other in found
        if other and other.id != entry.id and other.kind is not Kind.REDIRECT
    )


def redirect_reply(situation: Situation, entry: FaqEntry) -> Reply:
    """Return where to turn instead, with the contact as far as it is known."""
    base, texts = answer_reply(situation, entry), situation.texts
    human = (Choice(texts.human_choice, HUMAN, aside=True),) if situation.standby else ()
    offer = base.offer or (texts.offer_human if human else "")
    return Reply(base.text, base.notes + contact_lines(situation), offer, base.choices + human)


def clarify_reply(situation: Situation, decision: Decision, number: int, *, named: bool = False) -> Reply:
    """Ask back with the real questions and «Nichts davon»."""
    texts = situation.texts
    entries = [entry for entry in map(situation.entry, decision.choices) if entry]
    choices = [Choice(entry.question, f"p:{entry.id}:{number}") for entry in entries]
    none = Choice(texts.none_of_these, f"{NONE}:{number}", aside=True)
    text = texts.clarify_part.format(frage=quoted(decision.query)) if named else texts.clarify
    return Reply(_with_foreign(decision, text), choices=(*choices, none))


def fallback_reply(situation: Situation, decision: Decision, number: int) -> Reply:
    """Admit not knowing and offer a human and the contact; a question may be answered later."""
    texts = situation.texts
    text = texts.fallback_expired if decision.reason == "expired" else texts.fallback
    text = texts.fallback_empty if asks_nothing(decision) else text
    full = _with_foreign(decision, text)
    reply = offered(situation, full) if situation.standby and situation.state.missed else with_human(situation, full)
    return reply if asks_nothing(decision) else awaited(situation, reply, number)


def asks_nothing(decision: Decision) -> bool:
    """Say whether there is nothing to answer, now or later: no word of content, or random letters."""
    return decision.reason == "gate" or (decision.reason == "no_words" and not sentence_for(decision.query))


def _with_foreign(decision: Decision, text: str) -> str:
    """Put a sentence in front that says, in the question's own language, that only German is understood."""
    foreign = sentence_for(decision.query)
    return f"{foreign}\n\n{text}" if foreign else text


def awaited(situation: Situation, reply: Reply, number: int) -> Reply:
    """Return a reply to a question that stays open with the button that asks to hear of an answer."""
    return replace(reply, choices=(*reply.choices, *wish_choices(situation, number)))


def with_human(situation: Situation, text: str) -> Reply:
    """Return a text with the contact and the offer of a human, where one can be reached."""
    texts = situation.texts
    if not is_reachable(situation):
        return Reply(text)
    human = Choice(texts.human_choice, HUMAN)
    return Reply(text, contact_lines(situation), texts.offer_human, (human,))


def human_reply(situation: Situation, lead: str = "") -> Reply:
    """Offer to hand over to a human; or say how to reach one, and that nobody was notified."""
    if situation.standby:
        return offered(situation, lead)
    text = situation.texts.human if is_reachable(situation) else situation.texts.human_unknown
    return Reply(f"{lead}\n\n{text}".strip(), contact_lines(situation))


def offered(situation: Situation, lead: str = "") -> Reply:
    """Offer to hand over to a human, and say when one is there."""
    texts, standby = situation.texts, situation.standby() if situation.standby else Standby()
    words = texts.desk
    lines = [words["hours"].format(zeiten=standby.hours)] if standby.hours else []
    if standby.opens:
        lines.append(words["next_opening"].format(wann=standby.opens))
    if standby.waiting:
        lines.append(ahead(texts, standby.waiting))
    text = words["offer"].format(zeiten=" ".join(lines)).strip()
    choices = (Choice(words["offer_yes"], ACCEPT), Choice(words["offer_no"], DECLINE))
    return Reply(f"{lead}\n\n{text}".strip(), choices=choices)


def ahead(texts: Texts, count: int) -> str:
    """Return how many wait before somebody."""
    key = {0: "ahead_none", 1: "ahead_one"}.get(count, "ahead")
    return texts.desk[key].format(zahl=count)


def is_reachable(situation: Situation) -> bool:
    """Say whether a way to a human is known; a name alone is none."""
    contact = situation.faq.contact
    return situation.standby is not None or bool(contact.website or contact.phone)


def smalltalk_reply(situation: Situation, decision: Decision) -> Reply:
    """Return the reply to smalltalk; wishes for a human, for help and for privacy get what they ask for."""
    texts = situation.texts
    text = texts.smalltalk_reply(decision.smalltalk)
    match decision.smalltalk:
        case "human":
            return human_reply(situation, "" if situation.standby else text)
        case "help":
            return help_reply(situation, text)
        case "privacy":
            return privacy_reply(situation, text)
        case "insult" | "bot" if is_reachable(situation):
            return Reply(f"{text} {texts.human_hint}")
        case _:
            return Reply(text)


def help_reply(situation: Situation, lead: str = "") -> Reply:
    """Say what can be typed."""
    texts = situation.texts
    lines = (texts.help, texts.help_rights if situation.rights else texts.help_end)
    return Reply("\n\n".join(filter(None, (lead, "\n".join(lines)))))


def privacy_reply(situation: Situation, lead: str = "") -> Reply:
    """Say what is stored and for how long."""
    texts, days, link = situation.texts, situation.keep_days, situation.faq.contact.privacy
    kept = texts.privacy_kept.format(frist=period(texts, days)) if days else texts.privacy_not_kept
    remembered = texts.privacy_context_timed if situation.rights else texts.privacy_context_kept
    memory = remembered if days else texts.privacy_context_not_kept
    lines = (texts.privacy_link.format(wert=link),) if link else ()
    cases = texts.privacy_cases.format(frist=period(texts, max(days, 1))) if situation.standby else ""
    rights = texts.privacy_rights if situation.rights else ""
    return Reply("\n\n".join(filter(None, (lead, texts.privacy.strip(), f"{kept} {memory}", cases, rights))), lines)


def period(texts: Texts, days: int) -> str:
    """Return a number of days as it follows «nach»."""
    return texts.period_day if days == 1 else texts.period_days.format(tage=days)


def emergency_reply(situation: Situation, decision: Decision) -> Reply:
    """Return the emergency numbers."""
    return Reply(situation.texts.emergency_reply(decision.emergency), urgent=True)


def contact_lines(situation: Situation) -> tuple[str, ...]:
    """Return one line for each contact detail that is known."""
    return ways(situation.texts, situation.faq.contact)


def ways(texts: Texts, contact: Contact) -> tuple[str, ...]:
    """Return one line for each way to reach the city."""
    lines = (
        (texts.contact_name, contact.name),
        (texts.contact_website, contact.website),
        (texts.contact_phone, contact.phone),
        (texts.contact_hours, contact.hours),
    )
    return tuple(template.format(wert=value) for template, value in lines if value)


def quoted(question: str) -> str:
    """Return a citizen's question fit for a quotation: one line, not long, without markup."""
    line = unmarked(question)
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1].rstrip() + "…"


def unmarked(text: str) -> str:
    """Return a citizen's words in one line, without what would be taken for mark-up."""
    return " ".join(text.replace("*", "").replace("[", "(").replace("]", ")").split())


def reply_to(situation: Situation, decision: Decision, number: int) -> Reply:
    """Return the reply to a decision whose entries were checked before."""
    entry = situation.entry(decision.entry)
    match decision.kind:
        case DecisionKind.ANSWER if entry:
            reply = answer_reply(situation, entry)
            reply = _said_before(situation, reply) if _repeats(situation.state, decision) else reply
            return rated(reply, entry, number)
        case DecisionKind.REDIRECT if entry:
            return redirect_reply(situation, entry)
        case DecisionKind.CLARIFY:
            return clarify_reply(situation, decision, number)
        case DecisionKind.SMALLTALK:
            return smalltalk_reply(situation, decision)
        case DecisionKind.EMERGENCY:
            return emergency_reply(situation, decision)
        case _:
            return fallback_reply(situation, decision, number)


def _repeats(state: ChatState, decision: Decision) -> bool:
    """Say whether a question that leans on the one before leads to its answer again."""
    leans = bool(state.last_question) and len(decision.understood) > len(decision.query)
    return leans and decision.entry == state.last_entry


def _said_before(situation: Situation, reply: Reply) -> Reply:
    """Return an answer that was just read, with a word on that, and on humans, where one can be reached."""
    texts = situation.texts
    lead = f"{texts.said_before} {texts.human_hint if is_reachable(situation) else ''}".strip()
    return replace(reply, text=f"{lead}\n\n{reply.text}")


def _origin(situation: Situation, entry: FaqEntry) -> list[str]:
    """Return where an answer comes from and when it was updated, a line each."""
    texts = situation.texts
    lines = [texts.source.format(quelle=_linked(source)) for source in entry.sources]
    return [*lines, texts.as_of.format(datum=f"{entry.updated:%d.%m.%Y}")] if entry.updated else lines


def _linked(source: Source) -> str:
    """Return a source as Markdown link, or its bare title."""
    title = source.title.replace("[", "(").replace("]", ")")
    return f"[{title}]({source.url})" if source.url else title
