"""A question in another language is noticed; a German one never is taken for foreign."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.languages import languages, sentence_for

FOREIGN = {
    "en": [
        "Where can I register my dog?",
        "What are the opening hours of the town hall?",
        "How do I apply for a parking permit, please?",
        "hello, I need a new passport",
    ],
    "fr": [
        "Où se trouve la mairie ?",
        "Comment puis-je obtenir une carte de stationnement ?",
        "Quels sont les horaires d'ouverture de la bibliothèque ?",
        "bonjour, je voudrais un rendez-vous",
    ],
    "it": [
        "Dove si trova il comune?",
        "Come posso richiedere la carta d'identità?",
        "Quali sono gli orari di apertura della biblioteca?",
        "buongiorno, ho una domanda per il sindaco",
    ],
    "es": [
        "¿Dónde está el ayuntamiento?",
        "¿Cómo puedo solicitar un pasaporte?",
        "Cuales son los horarios de la biblioteca",
        "hola, quiero registrar mi perro",
    ],
    "tr": [
        "Belediye nerede?",
        "Yeni pasaport için nasıl başvurabilirim?",
        "Kimlik kartı almak için ne kadar ödemem gerekiyor?",
        "merhaba kütüphane ne zaman açık",
    ],
    "pl": [
        "Gdzie jest urząd miasta?",
        "Jak mogę zarejestrować psa?",
        "Kiedy jest otwarta biblioteka?",
        "dzień dobry, ile kosztuje paszport",
    ],
    "ro": [
        "Unde este primăria?",
        "Cum pot să obțin un pașaport nou?",
        "Care este programul bibliotecii pentru copii?",
        "bună ziua, vreau o programare",
    ],
    "ru": ["Где находится мэрия?", "Как зарегистрировать собаку?", "Здравствуйте, мне нужен паспорт"],
    "uk": ["Де знаходиться мерія міста?", "Як зареєструвати собаку в місті?", "Добрий день, мені потрібен паспорт"],
    "ar": ["أين تقع البلدية؟", "كيف يمكنني تسجيل كلبي؟", "مرحبا، أحتاج إلى جواز سفر جديد"],
}

GERMAN = [
    "Wo ist das Open Data Portal der Stadt?",
    "Was ist Smart City und Digital Twin?",
    "Was kostet das Ticket to go im Parkhaus?",
    "Gibt es ein Meet and Greet mit dem OB?",
    "wo kann ich den Newsletter of the city abonnieren",
    "Wann ist das Café de la Paix offen?",
    "Wo wohnt Herr Yıldız Şahin?",
    "Ist die Piazza del Popolo in Heilbronn?",
    "Wer sind Los Amigos?",
    "Was ist die Via della Musica?",
    "KI",
    "Open Source",
    "App",
    "Was ist do it?",
    "Wer ist Frau Wiśniewska?",
    "wann war das",
    "Kontakt Bürgeramt",
    "",
    "👍👍",
    "112",
    "Hund anmelden",
    "was kostet die Strategie in Euro",
    "Wer hat die Rede „I have a dream“ auf dem Stadtfest gehalten?",
    "Was bedeutet das Wort Привет?",
]


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in FOREIGN.items() for text in texts])
def test_a_foreign_question_is_answered_in_its_language(code: str, text: str) -> None:
    """Each language is told from its neighbours."""
    assert languages().of(text) == code
    assert sentence_for(text) == languages().sentences[code]


@pytest.mark.parametrize("text", GERMAN)
def test_german_with_foreign_words_stays_german(text: str) -> None:
    """Names, loan words, titles and quotations are no foreign question."""
    assert languages().of(text) is None
    assert sentence_for(text) == ""


@pytest.mark.parametrize("text", ["من کیستم و شهرداری کجاست؟", "Дзе знаходзіцца мэрыя ў горадзе?"])
def test_a_language_that_is_not_known_is_left_alone(text: str) -> None:
    """Persian is not taken for Arabic, nor Belarusian for its neighbours."""
    assert languages().of(text) is None


@given(st.text())
def test_any_text_has_a_language_or_none(text: str) -> None:
    """Whatever is typed, the answer is a known code or nothing."""
    assert languages().of(text) in (*languages().sentences, None)
