"""The decision on one ranking, and its explanation."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from intents.candidates import Reading
from intents.deciding import Outcome, decide, shown
from intents.decision import DecisionKind
from intents.domain import Domain
from intents.explain import explain
from intents.faq import FaqEntry, Kind
from intents.pipeline import Analyser
from intents.ranker import Curve, Policy, Ranker, Trees
from intents.ranking import Ranked, Ranking

ANALYSER = Analyser.for_texts(["Wo bekomme ich einen Personalausweis?"])
NOTHING = np.zeros(1)
NODE = np.zeros(1, dtype=np.int64)
TREES = Trees(NODE, NODE, NOTHING, NODE, NODE, 0)
FLAT = Curve(NOTHING, NOTHING)
DOMAIN = Domain(NODE[:0], NOTHING[:0], 0.0)
POLICY = Policy(Ranker(("use",), (), TREES, DOMAIN, (), ""), 0.0, FLAT, FLAT, answer_at=0.9, redirect_at=0.6)


def entry(name: str, kind: Kind = Kind.ANSWER) -> FaqEntry:
    """Return an entry."""
    return FaqEntry(name, f"Was ist {name}?", "Das.", kind=kind)


def candidate(name: str, chance: float, *, kind: Kind = Kind.ANSWER, veto: str | None = None) -> Ranked:
    """Return a ranked entry."""
    return Ranked(entry(name, kind), chance, f"Was ist {name}?", veto)


def ranking(
    *ranked: Ranked,
    text: str = "Personalausweis",
    nearly: bool = False,
    vetoed: Ranked | None = None,
    unknown: float = 0.0,
) -> Ranking:
    """Return a ranking of these candidates."""
    reading = Reading(text, ANALYSER.analyse(text), {})
    return Ranking(reading, ranked, vetoed, exact=False, nearly=nearly, unknown=unknown)


def test_a_probable_entry_is_answered() -> None:
    """From the threshold on."""
    assert decide(ranking(candidate("a", 0.9), candidate("b", 0.05)), POLICY) == Outcome(
        DecisionKind.ANSWER, "clear", "a"
    )


def test_meta_entries_are_answered_like_others() -> None:
    """What the bot says of itself is an answer."""
    assert decide(ranking(candidate("bot", 0.95, kind=Kind.META)), POLICY).kind is DecisionKind.ANSWER


def test_a_redirect_needs_less() -> None:
    """Its own, looser threshold."""
    outcome = decide(ranking(candidate("r", 0.6, kind=Kind.REDIRECT)), POLICY)
    assert outcome == Outcome(DecisionKind.REDIRECT, "clear", "r")


def test_two_probable_entries_are_asked_back() -> None:
    """When the right one is among them often enough."""
    outcome = decide(ranking(candidate("a", 0.5), candidate("b", 0.3), candidate("c", 0.1)), POLICY)
    assert outcome == Outcome(DecisionKind.CLARIFY, "margin", None, ("a", "b", "c"))


def test_choices_are_at_most_three_and_worth_asking() -> None:
    """A third below 3 % is noise."""
    few = decide(ranking(candidate("a", 0.5), candidate("b", 0.3), candidate("c", 0.02)), POLICY)
    many = decide(ranking(candidate("a", 0.4), *(candidate(name, 0.1) for name in "bcde")), POLICY)
    assert (few.choices, many.choices) == (("a", "b"), ("a", "b", "c"))


def test_a_redirect_is_no_choice() -> None:
    """Nobody means «other services»."""
    outcome = decide(ranking(candidate("r", 0.5, kind=Kind.REDIRECT), candidate("a", 0.4), candidate("b", 0.2)), POLICY)
    assert outcome.choices == ("a", "b")


def test_one_entry_is_no_choice() -> None:
    """Nothing is asked back with a single question to choose."""
    assert decide(ranking(candidate("a", 0.8)), POLICY) == Outcome(DecisionKind.FALLBACK, "below_threshold")


def test_improbable_entries_are_not_shown() -> None:
    """Silence where the right entry is among the choices less often than one time in five."""
    outcome = decide(ranking(candidate("a", 0.1), candidate("b", 0.09)), POLICY)
    assert outcome == Outcome(DecisionKind.FALLBACK, "below_threshold")


@pytest.mark.parametrize("reason", ["not_question", "expired"])
def test_a_veto_silences_and_says_why(reason: str) -> None:
    """The next entry does not answer in the vetoed one's place."""
    vetoed = candidate("a", 0.01, veto=reason)
    outcome = decide(ranking(candidate("b", 0.7), vetoed, vetoed=vetoed), POLICY)
    assert outcome == Outcome(DecisionKind.FALLBACK, reason)


def test_the_next_entry_may_answer_on_its_own_merit() -> None:
    """When it clears its threshold itself."""
    vetoed = candidate("a", 0.01, veto="not_question")
    assert decide(ranking(candidate("b", 0.95), vetoed, vetoed=vetoed), POLICY).entry == "b"


def test_a_vetoed_entry_is_never_answered() -> None:
    """However probable it stands."""
    vetoed = candidate("a", 0.99, veto="expired")
    assert decide(ranking(vetoed, vetoed=vetoed), POLICY).kind is DecisionKind.FALLBACK


@pytest.mark.parametrize("text", ["und was ist das", "12 34", "wer wie was"])
def test_without_content_nothing_is_answered(text: str) -> None:
    """Function words and numbers alone are gated, however probable an entry seems."""
    outcome = decide(ranking(candidate("a", 0.99), text=text), POLICY)
    assert outcome == Outcome(DecisionKind.FALLBACK, "gate")


@pytest.mark.parametrize("text", ["asdf qwer", "hmm xyzzy blah"])
def test_random_letters_are_no_question(text: str) -> None:
    """Where neither the FAQ nor a dictionary knows a word; an unlikely answer stays unlikely, a likely one is given."""
    asked = ranking(candidate("a", 0.1), text=text, unknown=1.0)
    assert decide(asked, POLICY) == Outcome(DecisionKind.FALLBACK, "no_words")
    assert decide(replace(asked, ranked=(candidate("a", 0.95),)), POLICY).kind is DecisionKind.ANSWER


@pytest.mark.parametrize("text", ["Anwohnerparken", "xyzzy Hundesteuer", "Sperrmuell"])
def test_words_that_a_dictionary_knows_are_a_question(text: str) -> None:
    """Also as parts of a longer one, or typed without umlauts."""
    outcome = decide(ranking(candidate("a", 0.1), text=text, unknown=1.0), POLICY)
    assert outcome == Outcome(DecisionKind.FALLBACK, "below_threshold")


def test_a_wording_of_function_words_passes_the_gate() -> None:
    """«wer bist du» is a question of the FAQ."""
    outcome = decide(ranking(candidate("bot", 0.99), text="wer bist du", nearly=True), POLICY)
    assert outcome.entry == "bot"


@pytest.mark.parametrize(
    ("answer", "wording", "text", "given"),
    [
        ("Bürger haben sich beteiligt.", "Wer war dabei?", "Wie viele Bürger haben mitgemacht?", False),
        ("Bürger haben sich beteiligt.", "Wer war dabei?", "wieviele waren dabei", False),
        ("Es waren 120 Bürger.", "Wer war dabei?", "Wie viele Bürger haben mitgemacht?", True),
        ("Es waren hundert Bürger.", "Wer war dabei?", "Wie viele Bürger haben mitgemacht?", True),
        ("So groß wie möglich.", "Wie viele waren dabei?", "Wie viele Bürger haben mitgemacht?", True),
        ("Bürger haben sich beteiligt.", "Wer war dabei?", "Haben viele Bürger mitgemacht?", True),
        ("Der Eintritt ist frei.", "Was kostet es?", "Wie viel kostet es?", True),
    ],
)
def test_how_many_needs_an_entry_with_a_number(answer: str, wording: str, text: str, *, given: bool) -> None:
    """However sure the ranker is; it may be meant, so it is asked back where there is another one beside it."""
    entry = replace(candidate("a", 0.97).entry, question=wording, answer=answer)
    sure = replace(candidate("a", 0.97), entry=entry)
    outcome = decide(ranking(sure, candidate("b", 0.01), text=text), POLICY)
    assert (outcome.kind is DecisionKind.ANSWER) is given
    if not given:
        assert outcome == Outcome(DecisionKind.CLARIFY, "how_many", None, ("a", "b"))
        assert decide(ranking(sure, text=text), POLICY) == Outcome(DecisionKind.FALLBACK, "how_many")
        assert "nennt keine Zahl" in explain(ranking(sure, text=text), outcome, POLICY)[-1]


def test_at_most_five_candidates_are_shown() -> None:
    """Best first, as ids with their probability."""
    found = shown(ranking(*(candidate(name, 0.5 - number / 20) for number, name in enumerate("abcdefg"))))
    assert [each.id for each in found] == list("abcde")
    assert found[1].confidence == 0.45


# ------------------------------------------------------------------ explanation


def lines(made: Ranking) -> Sequence[str]:
    """Explain a ranking's decision."""
    return explain(made, decide(made, POLICY), POLICY)


def test_an_answer_is_explained() -> None:
    """What was read, the nearest wording, the probability and what was needed, the runner-up."""
    told = lines(ranking(candidate("a", 0.95), candidate("b", 0.02)))
    assert told[0] == "Gelesen: «Personalausweis»"
    assert "Nächste Formulierung: «Was ist a?» (Eintrag a)" in told
    assert any("95 Prozent; nötig sind 90 Prozent" in line for line in told)
    assert any(line.startswith("Danach: Eintrag b mit 2 Prozent") for line in told)
    assert "Entscheidung: antworten mit a" in told


@pytest.mark.parametrize(
    ("probability", "told"),
    [
        (0.8991, "89,9 Prozent; nötig sind 90,0 Prozent"),
        (0.8996, "89,96 Prozent; nötig sind 90,00 Prozent"),
        (0.9, "90 Prozent; nötig sind 90 Prozent"),
        (0.894, "89 Prozent; nötig sind 90 Prozent"),
    ],
)
def test_a_probability_just_too_low_looks_too_low(probability: float, told: str) -> None:
    """«90 Prozent; nötig sind 90 Prozent» would contradict the silence below it."""
    line = next(line for line in lines(ranking(candidate("a", probability))) if "nötig" in line)
    assert line.endswith(told)


def test_compounds_and_typos_are_explained() -> None:
    """How a word was taken apart and what it was taken for."""
    told = "\n".join(lines(ranking(candidate("a", 0.95), text="Personalausweiss")))
    assert "Personalausweiss = personal + ausweis" in told
    assert "Personalausweiss → Personalausweis" in told


@pytest.mark.parametrize("reason", ["not_question", "expired"])
def test_a_veto_is_explained(reason: str) -> None:
    """Which entry is closed and why."""
    vetoed = candidate("a", 0.01, veto=reason)
    told = lines(ranking(vetoed, vetoed=vetoed))
    assert any(line.startswith("Gesperrt: Eintrag a") for line in told)
    assert told[-1].startswith("Entscheidung: keine Antwort")


@pytest.mark.parametrize(
    ("made", "begin"),
    [
        (ranking(candidate("a", 0.1)), "Entscheidung: keine Antwort, denn kein Eintrag"),
        (ranking(candidate("a", 0.9), text="was ist das"), "Entscheidung: keine Antwort, denn die Nachricht"),
        (ranking(candidate("a", 0.5), candidate("b", 0.4)), "Grund: Kein Eintrag ist sicher genug"),
        (ranking(candidate("r", 0.7, kind=Kind.REDIRECT)), "Grund: Die Wahrscheinlichkeit reicht aus"),
    ],
)
def test_every_decision_ends_with_its_reason(made: Ranking, begin: str) -> None:
    """In a German sentence."""
    assert lines(made)[-1].startswith(begin)


@pytest.mark.parametrize(
    ("outcome", "begin"),
    [
        (Outcome(DecisionKind.ANSWER, "confirmed", "a"), "Grund: Die Nachricht allein und die Nachricht mit"),
        (Outcome(DecisionKind.ANSWER, "picked", "a"), "Grund: Unter den angebotenen Fragen"),
        (Outcome(DecisionKind.ANSWER, "about_bot", "a"), "Grund: Gefragt ist nach dem Bot"),
        (Outcome(DecisionKind.ANSWER, "follow_up", "a"), "Grund: Die Anschlussfrage meint"),
        (Outcome(DecisionKind.CLARIFY, "follow_up", None, ("a", "b")), "Grund: Die Nachricht verweist"),
        (Outcome(DecisionKind.FALLBACK, "follow_up"), "Entscheidung: keine Antwort, denn die Anschlussfrage"),
    ],
)
def test_what_else_speaks_for_or_against_an_entry_is_explained(outcome: Outcome, begin: str) -> None:
    """One reason may say different things of different decisions."""
    told = explain(ranking(candidate("a", 0.6)), outcome, POLICY)
    assert told[-1].startswith(begin)


def test_unknown_words_are_named_as_a_share() -> None:
    """Only where there are some."""
    made = ranking(candidate("a", 0.1))
    assert not any("kommt in der FAQ nicht vor" in line for line in lines(made))
    assert any("40 Prozent" in line for line in lines(replace(made, unknown=0.4)))
