"""Whether a text puts a change of a name off to a day that is yet to come: "after my wedding on 3 December".

Here belong reading the days that a text names, in whatever language, and reckoning whether they come after the day on
which it was written. Words that put off by themselves stand in `later.yaml`. Pure, and linear in the text's length.
"""

import re
from collections.abc import Iterator
from datetime import date

from inbound.understanding.hesitation import fold_text, says

_MOST_SENTENCES = 400
_LONGEST_SENTENCE = 2_000
_MONTHS = (
    "jan(?:uary|uar|vier|v)?|enero|janner", "feb(?:ruary|ruar|rero|er)?|fev(?:rier|r)?", "mar(?:ch|s|zo|z)?",
    "apr(?:il)?|avr(?:il)?|abr(?:il)?", "ma(?:y|yo|i)", "june?|juni|juin|junio", "july?|juli|juil(?:let)?|julio",
    "aug(?:ust)?|aout|ago(?:sto)?", "sept?(?:ember|embre|iembre)?|setiembre", "oct(?:ober|obre|ubre)?|okt(?:ober)?",
    "nov(?:ember|embre|iembre)?", "de[cz](?:ember|embre)?|dic(?:iembre)?",
)  # fmt: skip
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_EACH_MONTH = tuple(re.compile(month) for month in _MONTHS)
_DAYS = (
    re.compile(rf"\b(?P<day>\d\d?)(?:st|nd|rd|th|er|\.)? (?:of |de )?{_MONTH}\b\.?,?(?: (?:del? )?(?P<year>20\d\d))?"),
    re.compile(rf"\b{_MONTH}\.? (?P<day>\d\d?)(?:st|nd|rd|th)?\b(?:,? (?P<year>20\d\d))?"),
    re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)\b"),
    re.compile(r"\b(?P<day>\d\d?)[./] ?(?P<month>\d\d?)[./] ?(?P<year>20\d\d)?"),
    re.compile(r"\b(?P<month>\d\d?)/(?P<day>\d\d?)(?:/(?P<year>20\d\d))?\b"),
)
"""A day that two of them read differently (03/12/2026) may be either."""
_SENTENCE_END = re.compile(r"(?<!\d)\.\s|[!?]\s")
_DEADLINE = re.compile(
    r"\b(?:by|before|until|till|bis|bis zum|vor|vor dem|avant|d'ici|antes del?|hasta)(?: the| le| el)? $"
)
_EVENT = re.compile(
    r"\b(?:wedding|marr|divorc|spouse|bride|hochzeit|heirat|trauung|eheschliess|scheid|boda|casa|caso|casar|matrimonio"
    r"|mariage|marie|epous|court|hearing|gericht|tribunal|juzgado|call|name|nom|heiss|llama|appel|becom|chang|cambi|modif"
    r"|updat|renam|correct|korrig|ander|aender|effective|wirkung|valid|gultig|vigor|effet|efecto)"
)
"""What a change of a name hangs on, beside a day."""


def awaits_a_day(text: str, written_on: date | None) -> bool:
    """Whether `text` puts a change off; `written_on` is the day on which it was written, as far as that matters."""
    return says(text, "later") or (written_on is not None and _names_coming_day(text, written_on))


def _names_coming_day(text: str, today: date) -> bool:
    sentences = _SENTENCE_END.split(fold_text(text), _MOST_SENTENCES)
    heads = (sentence[:_LONGEST_SENTENCE] for sentence in sentences)
    return any(day > today for head in heads if _EVENT.search(head) for day in _list_days(head, today))


def _list_days(sentence: str, near: date) -> Iterator[date]:
    """Yield the days that a sentence names, but for deadlines; of one without its year, the one closest to `near`."""
    for pattern in _DAYS:
        for found in pattern.finditer(sentence):
            if _DEADLINE.search(sentence, max(0, found.start() - 20), found.start()):
                continue
            years = (int(found["year"]),) if found["year"] else (near.year - 1, near.year, near.year + 1)
            days = [day for year in years if (day := _make_day(year, found["month"], int(found["day"])))]
            yield from sorted(days, key=lambda day: abs(day - near))[:1]


def _make_day(year: int, month: str, day: int) -> date | None:
    try:
        return date(year, int(month) if month.isdigit() else _number_month(month), day)
    except ValueError:
        return None


def _number_month(name: str) -> int:
    return next(at for at, month in enumerate(_EACH_MONTH, 1) if month.fullmatch(name))
