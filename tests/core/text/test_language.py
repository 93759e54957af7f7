"""Languages of posts: known, narrowed by a list, or unknown."""
# ruff: noqa: RUF001 (letters of other scripts are what is tested)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.text.language import LEAST_SURE, Languages, from_bytes, learned, to_bytes

ALL = Languages()


@pytest.mark.parametrize(
    ("text", "language"),
    [  # made up for this test
        ("I can't believe they cancelled the show again, so annoying", "en"),
        ("gonna grab some food later u coming?? 😂", "en"),
        ("No me lo puedo creer, otra vez llegamos tarde al partido", "es"),
        ("Não acredito que o ônibus atrasou outra vez hoje", "pt"),
        ("Je ne comprends pas pourquoi le train est encore en retard", "fr"),
        ("Ich verstehe nicht, warum der Zug schon wieder zu spät kommt", "de"),
        ("Non capisco perché il treno sia di nuovo in ritardo stamattina", "it"),
        ("Ik snap niet waarom de trein alweer te laat is vandaag", "nl"),
        ("Jag förstår inte varför tåget är försenat igen idag", "sv"),
        ("Tren neden yine bu kadar geç kaldi, bilmiyorum", "tr"),
        ("Nie rozumiem, dlaczego pociąg znowu się spóźnia", "pl"),
        ("Saya tidak mengerti kenapa keretanya terlambat lagi hari ini", "id"),
        ("Не понимаю, почему поезд опять опаздывает", "ru"),
        ("Не розумію, чому потяг знову запізнюється сьогодні", "uk"),
        ("لا أفهم لماذا تأخر القطار مرة أخرى اليوم", "ar"),
        ("मुझे समझ नहीं आता कि ट्रेन फिर से देर क्यों हुई", "hi"),
        ("Δεν καταλαβαίνω γιατί το τρένο άργησε πάλι", "el"),
        ("電車がまた遅れている理由がわからない", "ja"),
        ("我不明白为什么火车又晚点了", "zh"),
        ("기차가 왜 또 늦는지 모르겠어요", "ko"),
        ("ไม่เข้าใจว่าทำไมรถไฟถึงมาสายอีกแล้ว", "th"),
        ("אני לא מבין למה הרכבת שוב מאחרת", "he"),
    ],
)
def test_languages(text: str, language: str) -> None:
    posts = [text, f"RT @someone: {text} https://t.co/abc #love #news 😂", text.upper()]
    assert ALL.judge(posts).values == [language] * 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ok",
        "lol",
        "😂😂😂",
        "@user @other",
        "https://example.org/ein/langer/deutscher/pfad",
        "#aufwiedersehen",
        "2024",
    ],
)
def test_too_little_to_tell(text: str) -> None:
    found = ALL.judge([text])
    assert found.values == [None]
    assert found.sure == [0.0]


@pytest.mark.parametrize(
    ("listed", "text", "language"),
    [
        (["en", "es"], "hola a todos que tal", "es"),
        (["pt-BR"], "bom dia, tudo bem com vocês?", "pt"),
        (["nb"], "Jeg forstår ikke hvorfor toget er forsinket igjen", "no"),
        (["en", "de"], "電車がまた遅れている理由がわからない", None),  # not listed, and plain to see
        (["ja"], "東京都渋谷区神宮前", "ja"),  # no kana, yet Chinese is not expected
        (["sr"], "Ne razumem zašto voz opet kasni, dosadno je", "sr"),
        (["no such language"], "I can't believe they cancelled the show again", None),
    ],
)
def test_a_list_narrows_the_choice(listed: list[str], text: str, language: str | None) -> None:
    assert Languages(listed).judge([text]).values == [language]


@given(st.lists(st.text(st.characters(), max_size=120), max_size=8))
def test_any_text_has_an_answer_and_a_batch_is_its_texts(texts: list[str]) -> None:
    together = ALL.judge(texts)
    assert len(together.values) == len(together.sure) == len(texts)
    for text, value, sure in zip(texts, together.values, together.sure, strict=True):
        alone = ALL.judge([text])
        assert (alone.values, alone.sure) == ([value], [sure])
        assert sure == 0.0 if value is None else LEAST_SURE <= sure <= 1.0


@pytest.mark.parametrize(
    "text", ["word " * 600_000, "a" * 3_000_000, "\0" * 3_000_000, "\ud800" * 3_000_000, "ж@ " * 900_000]
)
def test_long_texts(text: str) -> None:
    assert len(ALL.judge([text, "good morning to everyone out there"]).values) == 2


def test_what_was_learned_is_kept_to_the_byte() -> None:
    assert from_bytes(to_bytes(learned())) == learned()
    for family in learned().families:
        assert len(family.table) == len(family.languages) << family.bits
        assert not any(family.table[: len(family.languages)])  # row 0: says nothing
