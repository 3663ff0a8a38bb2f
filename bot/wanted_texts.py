"""What has to stand in texts.yaml: the keys of each group, and the placeholders of each text."""

from collections.abc import Mapping


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "welcome": frozenset({"vorstellung"}),
    "welcome_titled": frozenset({"titel", "vorstellung"}),
    "source": frozenset({"quelle"}),
    "as_of": frozenset({"datum"}),
    "part_answered": frozenset({"frage"}),
    "part_unknown": frozenset({"frage"}),
    "clarify_part": frozenset({"frage"}),
    "notice_answer": frozenset({"frage"}),
    "correction": frozenset({"frage"}),
    "contact_name": frozenset({"wert"}),
    "contact_website": frozenset({"wert"}),
    "contact_phone": frozenset({"wert"}),
    "contact_hours": frozenset({"wert"}),
    "topic": frozenset({"thema"}),
    "privacy_kept": frozenset({"frist"}),
    "privacy_cases": frozenset({"frist"}),
    "period_days": frozenset({"tage"}),
    "privacy_link": frozenset({"wert"}),
    "imprint": frozenset({"wert"}),
    "group_start": frozenset({"vorstellung", "name"}),
    "command_unknown": frozenset({"befehl"}),
    "stored_last": frozenset({"frage"}),
    "stored_question": frozenset({"datum", "frage"}),
    "stored_textless": frozenset({"datum"}),
    "stored_feedback": frozenset({"zeile", "wert"}),
    "stored_awaited": frozenset({"zeile"}),
    "stored_dead": frozenset({"anzahl", "tage"}),
    "stored_unsent": frozenset({"anzahl"}),
    "stored_cases.case": frozenset({"angaben", "nummer", "zeit"}),
    "stored_cases.theme": frozenset({"wert"}),
    "stored_cases.office": frozenset({"wert"}),
    "stored_cases.replied": frozenset({"wert"}),
    "stored_cases.closed": frozenset({"wert"}),
    "stored_cases.rating": frozenset({"wert"}),
    "stored_cases.asked": frozenset({"nummer", "text"}),
    "stored_cases.citizen": frozenset({"nummer", "text", "zeit"}),
    "stored_cases.clerk": frozenset({"nummer", "text", "zeit"}),
    "stored_cases.notes": frozenset({"anzahl", "nummer"}),
    "stored_cases.wordless": frozenset({"anzahl", "nummer"}),
    "stored_cases.rest": frozenset({"frist"}),
    "console_preparing": frozenset({"prozent"}),
    "console_checking": frozenset({"prozent"}),
    "check_start": frozenset({"formulierungen"}),
    "check_done": frozenset({"eintraege", "formulierungen", "fehler", "warnungen", "hinweise"}),
    "ask_picked": frozenset({"eintrag"}),
    "desk.offer": frozenset({"zeiten"}),
    "desk.hours": frozenset({"zeiten"}),
    "desk.ahead": frozenset({"zahl"}),
    "desk.opened": frozenset({"nummer", "platz", "versprechen"}),
    "desk.opened_closed": frozenset({"nummer", "platz", "versprechen"}),
    "desk.promise": frozenset({"wann"}),
    "desk.next_opening": frozenset({"wann"}),
    "desk.status": frozenset({"nummer", "davor"}),
    "desk.status_taken": frozenset({"nummer"}),
    "desk.taken": frozenset({"nummer"}),
    "desk.closed_by_staff": frozenset({"nummer"}),
    "desk.closed_by_citizen": frozenset({"nummer"}),
    "desk.given_up": frozenset({"nummer", "kontakt"}),
    "desk.out_of_reach": frozenset({"kontakt"}),
    "desk.reopened": frozenset({"nummer"}),
    "desk.too_large": frozenset({"mb"}),
    "desk.still_waiting": frozenset({"nummer"}),
    "desk.delayed": frozenset({"nummer"}),
    "desk.late": frozenset({"nummer", "wann"}),
    "desk.for_office": frozenset({"amt", "nummer"}),
    "desk.for_office_citizen": frozenset({"amt", "nummer"}),
    "staff.topic": frozenset({"nummer", "thema"}),
    "staff.card": frozenset({"nummer", "stand", "thema"}),
    "staff.card_waits": frozenset({"zeit"}),
    "staff.card_replied": frozenset({"dauer", "zeit"}),
    "staff.card_delivered": frozenset({"zeit"}),
    "staff.card_promised": frozenset({"zeit"}),
    "staff.card_department": frozenset({"amt"}),
    "staff.card_rating": frozenset({"wert"}),
    "staff.question_answered": frozenset({"antwort", "frage"}),
    "staff.question_open": frozenset({"frage"}),
    "staff.question_near": frozenset({"antwort", "frage"}),
    "staff.question_asked_back": frozenset({"antwort", "frage"}),
    "staff.question_said": frozenset({"frage"}),
    "staff.question_elsewhere": frozenset({"frage"}),
    "staff.state_assigned": frozenset({"name"}),
    "staff.state_waiting": frozenset({"name"}),
    "staff.rated_solved": frozenset({"wert"}),
    "staff.rated_unsolved": frozenset({"wert"}),
    "staff.is_taken": frozenset({"name"}),
    "staff.erase_failed": frozenset({"nummer"}),
    "staff.has_other": frozenset({"anderer"}),
    "staff.for_office": frozenset({"amt", "name"}),
    "staff.released": frozenset({"name"}),
    "staff.not_sent_other": frozenset({"name"}),
    "staff.edited": frozenset({"text"}),
    "staff.failed_blocked": frozenset({"zahl"}),
    "staff.reminder": frozenset({"dauer"}),
    "staff.reminder_all": frozenset({"dauer"}),
    "staff.late_staff": frozenset({"wann"}),
    "staff.clerk_away": frozenset({"name"}),
    "staff.waiting_line": frozenset({"dauer", "nummer", "thema"}),
    "staff.waiting_more": frozenset({"zahl"}),
    "staff.chosen_office": frozenset({"amt"}),
    "staff.sent_ready": frozenset({"name", "text"}),
    "staff.no_snippet": frozenset({"namen"}),
}
"""By the key of a text, that of a group with a dot: what it has to name."""

KINDS: Mapping[str, frozenset[str]] = {
    "smalltalk": frozenset(
        {"general", "greeting", "thanks", "goodbye", "praise", "insult", "bot", "human", "help"}
        | {"privacy", "yes", "no", "how"}
    ),
    "figures": frozenset(),
    "snippets": frozenset(),
    "desk": _names("""
        offer hours ahead_none ahead_one ahead offer_yes offer_no offer_declined opened opened_closed promise
        next_opening status status_taken back taken closed_by_staff how_content closed_by_citizen reopened
        not_open good middling bad solved solved_yes solved_no unsolved thanks too_many unsupported too_large
        lost perhaps_lost still_waiting delayed late for_office for_office_citizen barred
        given_up out_of_reach
    """),
    "staff": _names("""
        topic topic_plain card card_continued card_blocked card_waits card_replied card_delivered card_promised
        card_department card_rating card_questions question_answered question_open question_near
        question_asked_back question_said question_elsewhere question_emergency state_open state_assigned
        state_waiting state_closed rating_3 rating_2 rating_1 rated_solved rated_unsolved take free close open
        faq office again draft drafted no_draft no_draft_open team is_closed is_taken is_free released is_erased
        erase_failed has_other emergency still_unsolved citizen_left citizen_back for_office no_offices
        choose_office chosen_office choose_answer choose_snippet choose_none chosen_none sent_ready answer_sent
        no_answer not_sent_closed not_sent_free not_sent_other not_sent_here not_sent_forwarded not_sent_kind
        edit_not_sent edited change_lost failed uncertain failed_blocked was_sent nothing_to_withdraw
        too_late_to_withdraw withdrawn blocked unblocked reminder reminder_all reminder_free late_staff
        clerk_away general_hint unknown_topic waiting waiting_line waiting_more waiting_none away back
        no_snippet no_case unknown_command help reply_here broken barred unbarred moved
    """),
    "stored_cases": frozenset(
        {"case", "state_open", "state_assigned", "state_waiting", "state_closed", "theme", "office", "replied"}
        | {"closed", "rating", "solved", "unsolved", "asked", "citizen", "clerk", "notes", "wordless", "barred"}
        | {"rest", "stays"}
    ),
    "media": frozenset({"picture", "voice", "sticker", "place", "contact", "file", "other"}),
    "stored_decisions": frozenset({"answer", "clarify", "redirect", "fallback", "smalltalk", "emergency", "opened"}),
    "stored_ratings": frozenset({"picked", "none", "helped", "not_helped", "wrong", "unclear", "incomplete"}),
    "commands": frozenset({"themen", "hilfe", "leicht", "mensch", "datenschutz", "impressum", "auskunft", "loeschen"}),
    "attached": frozenset(
        {"photo", "document", "voice", "video", "audio", "animation", "video_note", "sticker", "location", "contact"}
    ),
    "staff_commands": frozenset(
        {"offen", "uebernehmen", "freigeben", "abschliessen", "oeffnen", "notiz", "baustein", "faq", "zurueckholen"}
        | {"entwurf", "pause", "sperren", "entsperren", "hilfe"}
    ),
    "emergency": frozenset(
        {"allgemein", "suizid", "feuer", "medizin", "gewalt", "unfall", "gas", "vermisst", "notruf", "fremdsprache"}
    ),
}
"""Keys that a group needs; it may have more."""
