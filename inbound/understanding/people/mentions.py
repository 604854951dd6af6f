"""Mentions: where a text names somebody, by address or by name, and how clearly as the one that it is about.

Here belong finding and weighing them. Whom several mentions come to is told in `telling_apart`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from badges.names import fold_name, make_name_key
from badges.register import KnownEarner, Register
from inbound.understanding.people.phrases import (
    Before,
    Phrases,
    count_beginning,
    count_ending,
    drop_fillers,
    is_skipped,
    look_after,
    look_before,
)
from inbound.understanding.people.runs import Run, is_capital, show_run
from inbound.understanding.people.tokens import Kind, Token
from wire.address import Address, fold_address, parse_address

_MOST_KEYS = 3_000
_MOST_ADDRESSES = 500
_LONGEST_NAME = 6
"""Words of a name that is looked up."""
_LOWER_CASE_WORDS = 400
"""So many words are looked through for names without capitals, as telephones are typed on."""
_PREPOSITIONS = frozenset({
    "of", "for", "from", "to", "about", "re", "regarding", "concerning", "namely", "with", "let", "get", "have", "is",
    "both", "mean", "and", "give", "help", "von", "vom", "fur", "bei", "an", "zu", "mit", "wegen", "hat", "ist", "de", "d",
    "a", "par", "que", "pour", "chez", "del", "para", "al", "sobre", "con", "por", "betrifft", "person", "named", "called",
})  # fmt: skip
"""They lead to the person asked about, but to others as well."""
_GREETINGS = frozenset({
    "hi", "hello", "hey", "morning", "afternoon", "evening", "all", "team", "there", "everyone", "folks", "hallo", "moin",
    "servus", "tag", "zusammen", "bonjour", "salut", "bonsoir", "allo", "coucou", "hola", "buenas", "dias", "tardes",
})  # fmt: skip
_COPULAS = frozenset({"is", "ist", "est", "es", "have", "hat", "has", "named", "called", "name", "full name"})
_RELATED = frozenset({
    "her", "his", "their", "our", "my", "colleague", "colleagues", "classmate", "friend", "husband", "wife", "brother",
    "sister", "partner", "the", "seine", "ihre", "kollegin", "kollegen", "kollege", "sa", "son", "collegue", "su", "colega",
    "companera", "companero", "also", "too", "auch", "aussi", "tambien", "mein", "meine", "meiner", "mon", "ma", "mi",
})  # fmt: skip
"""May stand after "and" before one more person for whom the same is asked."""
_OF = frozenset({"of", "for", "von", "fur", "bei", "de", "d", "pour", "para", "a"})
"""Said again after "and" before one more person: "the accounts of A and of B"."""
_KIN = frozenset({
    "wife", "husband", "partner", "sister", "brother", "mother", "father", "son", "daughter", "colleague", "student",
    "class", "course", "team", "boss", "manager", "assistant", "secretary", "friend", "supervisor", "instructor", "trainer",
})  # fmt: skip
_AND = frozenset({"/", "and", "&", "und", "et", "y", "e", "plus", "sowie", ","})


_LEADS_TO_NAME = frozenset({"von", "de"})


class Weight(IntEnum):
    """How clearly a mention is of the person that the mail is about."""

    PASSING = 0
    """Somebody else: a colleague, the reader, a husband."""
    PLAIN = 1
    LIKELY = 2
    CLEAR = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens `first` to `last` name somebody."""

    first: int
    last: int
    said: str
    weight: Weight
    address: str | None = None
    """Folded, where it is an address."""
    earners: tuple[KnownEarner, ...] = ()
    """Whose address it is, or who bears the name; nobody, where it is unknown."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A text, cut, with the phrases that it is read by."""

    text: str
    tokens: tuple[Token, ...]
    runs: tuple[Run, ...]
    phrases: Phrases
    title_end: int
    """Tokens before it are the subject's."""
    is_answer: bool = False
    """The subject is that of an earlier mail."""
    foreign: frozenset[str] = frozenset()
    """Folded words of issuers and badges: part of no name."""

    def show(self, run: Run) -> str:
        """Return the words of a run."""
        return show_run(self.text, self.tokens, run)


def find_addresses(scene: Scene, register: Register) -> list[Mention]:
    """Return every address in the text, with whose it is."""
    found: list[tuple[int, str]] = []
    for at, token in enumerate(scene.tokens):
        if token.kind is Kind.ADDRESS and len(found) < _MOST_ADDRESSES:
            address = parse_address(token.text)
            if isinstance(address, Address):
                found.append((at, fold_address(address)))
    known = register.find_by_addresses({address for _, address in found})
    return [
        Mention(at, at, address, weigh_address(scene, at), address, (known[address],) if address in known else ())
        for at, address in found
    ]


def find_known_names(scene: Scene, register: Register) -> list[Mention]:
    """Return every name of somebody on record, the longest where several begin at one place."""
    places = dict.fromkeys(_list_places(scene))
    keys = {place: make_name_key(_undo_genitive(scene, place)) for place in list(places)[:_MOST_KEYS]}
    bearers = register.find_by_names({key for key in keys.values() if key})
    mentions: list[Mention] = []
    taken = -1
    for place in sorted(keys, key=lambda run: (run.first, run.first - run.last)):
        earners = bearers.get(keys[place], ())
        if earners and place.first > taken:
            weight = weigh_name(scene, place.first, place.last)
            mentions.append(Mention(place.first, place.last, _join(scene, place), weight, None, earners))
            taken = place.last
    return mentions


def find_unknown_names(scene: Scene, taken: Iterable[Mention], least: Weight = Weight.LIKELY) -> list[Mention]:
    """Return runs of two words and more that stand where a name stands, though nobody on record bears it."""
    used = {at for mention in taken for at in range(mention.first, mention.last + 1)}
    mentions = []
    for run in scene.runs:
        trimmed = trim_run(scene, run)
        if trimmed is None or trimmed.first == trimmed.last or not used.isdisjoint(range(run.first, run.last + 1)):
            continue
        if any(_is_foreign(scene, at) for at in range(trimmed.first, trimmed.last + 1)):
            continue
        weight = weigh_name(scene, trimmed.first, trimmed.last)
        if weight >= least:
            mentions.append(Mention(trimmed.first, trimmed.last, scene.show(trimmed), weight))
    return mentions


def trim_run(scene: Scene, run: Run) -> Run | None:
    """Return a run without the common words at its edges; None where nothing is left."""
    first, last = run.first, run.last
    while first <= last and _is_common(scene, first):
        first += 1
    while last >= first and _is_common(scene, last):
        last -= 1
    return Run(first, last) if first <= last else None


def join_coordinated(scene: Scene, mentions: Sequence[Mention]) -> list[Mention]:
    """Give a mention that follows another after "and" or a comma the other's weight: "unlock A and B"."""
    ordered = sorted(mentions, key=lambda mention: mention.first)
    joined: list[Mention] = []
    for mention in ordered:
        before = joined[-1] if joined else None
        if before and before.weight > mention.weight and _is_coordinated(scene, before, mention):
            joined.append(replace(mention, weight=before.weight))
        else:
            joined.append(mention)
    return joined


def is_coordinated(scene: Scene, one: Mention, other: Mention) -> bool:
    """Whether only "and", commas, brackets and an address stand between two mentions."""
    return _is_coordinated(scene, *sorted((one, other), key=lambda mention: mention.first))


def are_adjacent(scene: Scene, one: Mention, other: Mention) -> bool:
    """Whether only a bracket, a comma or the like stands between two mentions: "Jane Roe (jane@…)"."""
    first, second = sorted((one, other), key=lambda mention: mention.first)
    if second.first - first.last > 4:
        return False
    between = scene.tokens[first.last + 1 : second.first]
    return all(
        token.text in "(<[,:-–—/|=" or token.folded in ("at", "unter", "mail", "e-mail", "email", "mailto")
        for token in between
    )


def weigh_name(scene: Scene, first: int, last: int) -> Weight:
    """Tell from the words around a name how clearly it is the one that the text is about."""
    if scene.is_answer and first < scene.title_end:
        return Weight.PLAIN
    weight = _weigh_words(scene, first, last)
    return min(weight, Weight.PLAIN) if _is_aside(scene, first, last) else weight


def _weigh_words(scene: Scene, first: int, last: int) -> Weight:
    phrases = scene.phrases
    before = look_before(scene.tokens, first)
    words = _after_greeting(before)
    after = look_after(scene.tokens, last)
    bare = _drop_roles(words, phrases)
    if after[:1] == ("'s",):
        return Weight.PASSING if after[1:2] and after[1] in _KIN else Weight.CLEAR
    if count_beginning(after, phrases.passing_after):
        return Weight.PASSING
    if _is_asked_for(words, phrases, has_comma=before.has_comma) or count_beginning(after, phrases.old_after) > (
        0 if first > 0 and scene.tokens[first - 1].folded in _AND else 1
    ):
        return Weight.CLEAR
    about = max(count_ending(words, phrases.about_before), count_ending(bare, phrases.about_before))
    passing = max(count_ending(words, phrases.passing_before), count_ending(bare, phrases.passing_before))
    if passing and passing >= about:
        is_subject = bool(words) and words[-1] in _RELATED and _is_subject(scene, last, after)
        return Weight.LIKELY if is_subject and _begins(scene, first) else Weight.PASSING
    if about and _is_clear(bare if count_ending(bare, phrases.about_before) else words, phrases):
        return Weight.CLEAR
    if begins_item(scene, first) or _precedes_address(scene, last):
        return Weight.CLEAR
    if about or (_begins(scene, first) and _is_subject(scene, last, after)) or first < scene.title_end:
        return Weight.LIKELY
    return Weight.PLAIN


def _is_asked_for(words: Sequence[str], phrases: Phrases, *, has_comma: bool) -> bool:
    """Whether something is asked for whoever is named next, a colleague perhaps: "the account of my friend …"."""
    distant = _drop_roles(words, phrases, _RELATED)
    if not distant or distant[-1] in _COPULAS:
        return False
    if distant[-1] in phrases.matters:
        return not has_comma
    return bool(count_ending(distant, phrases.about_before)) and _is_clear(distant, phrases)


def _is_aside(scene: Scene, first: int, last: int) -> bool:
    """Whether a name stands in brackets among other words: "Jane Roe (a student of …)"."""
    opened = next((at for at in range(first - 1, max(-1, first - 12), -1) if scene.tokens[at].text in "()"), None)
    if opened is None or scene.tokens[opened].text != "(":
        return False
    return any(
        scene.tokens[at].kind is Kind.WORD and scene.tokens[at].text.islower() for at in range(opened + 1, first)
    )


def weigh_address(scene: Scene, at: int) -> Weight:
    """Addresses are clear, unless they are there to be written to."""
    words = _after_greeting(look_before(scene.tokens, at))
    return Weight.PASSING if count_ending(words, scene.phrases.passing_before) else Weight.CLEAR


def _after_greeting(before: Before) -> tuple[str, ...]:
    """Return the words before a name but a greeting that a comma ends: it greets somebody else."""
    return () if before.has_comma and before.words[-1:] and before.words[-1] in _GREETINGS else before.words


def _drop_roles(words: Sequence[str], phrases: Phrases, more: frozenset[str] = frozenset()) -> tuple[str, ...]:
    left = list(words)
    for _ in range(5):
        if more and left and left[-1] in phrases.matters:
            break
        if left and ((left[-1] in phrases.roles and left[-1] not in _PREPOSITIONS) or left[-1] in more):
            left.pop()
    return tuple(left)


def stands_as_new_name(scene: Scene, mention: Mention) -> bool:
    """Whether the words before a name say that it is the new one: "please change … to Jane Roe"."""
    phrases = scene.phrases
    words = look_before(scene.tokens, mention.first).words
    forms = (words, drop_fillers(words, phrases))
    new = max(count_ending(form, phrases.new_before) for form in forms)
    if any(count_ending(form, phrases.new_if_change) for form in forms) and any(
        word in phrases.change for word in words
    ):
        new = max(new, 1)
    return new > 0 and new >= max(count_ending(form, phrases.old_before) for form in forms)


def _is_clear(words: Sequence[str], phrases: Phrases) -> bool:
    count = count_ending(words, phrases.about_before)
    if words[-1] not in _PREPOSITIONS:
        return True
    before = words[-count - 1] if len(words) > count else ""
    return count > 1 or before in phrases.matters


def _is_subject(scene: Scene, last: int, after: Sequence[str]) -> bool:
    """Whether the words after a name, or after the bracket that follows it, say something of its bearer."""
    if count_beginning(after, scene.phrases.about_after):
        return True
    at = last + 1
    if at < len(scene.tokens) and scene.tokens[at].text == "(":
        closed = next((n for n in range(at, min(at + 20, len(scene.tokens))) if scene.tokens[n].text == ")"), None)
        return closed is not None and bool(count_beginning(look_after(scene.tokens, closed), scene.phrases.about_after))
    return False


def _begins(scene: Scene, first: int) -> bool:
    """Whether a name begins a clause, but for common words and relatives before it: "Now my colleague …"."""
    at = first - 1
    while at >= 0 and at >= first - 4:
        token = scene.tokens[at]
        if token.ends_sentence or token.text in ",-–—:(" or token.folded in _AND:
            return True
        if token.folded not in scene.phrases.common and token.folded not in _RELATED:
            return False
        at -= 1
    return at < 0


def begins_item(scene: Scene, first: int) -> bool:
    """Whether the name begins a line, after a bullet, a number or an address, and the line does not read on from it."""
    at = first - 1
    while at >= 0 and scene.tokens[at].kind is not Kind.LINE:
        token = scene.tokens[at]
        if not (token.kind in (Kind.ADDRESS, Kind.NUMBER) or token.text in "-*•·–(:)|,;"):
            return False
        at -= 1
    if first <= scene.title_end:
        return False
    if at + 1 < first:
        return True
    following = next((token for token in scene.tokens[first:] if token.kind is not Kind.WORD), None)
    if following is not None and following.kind is Kind.ARROW:
        return True
    return (following is None or following.kind is Kind.LINE) and _is_listed_below(scene, at)


def _is_listed_below(scene: Scene, at: int) -> bool:
    """Whether the lines above a bare name are bare names, too, and above them a colon announces a list."""
    while at >= 0:
        token = scene.tokens[at]
        if token.text == ":":
            return True
        if (
            token.kind not in (Kind.LINE, Kind.ADDRESS, Kind.NUMBER)
            and token.text not in "(),;-"
            and not is_capital(token)
        ):
            return False
        at -= 1
    return False


def _precedes_address(scene: Scene, last: int) -> bool:
    following = [token for token in scene.tokens[last + 1 : last + 4] if not is_skipped(token) or token.text == "|"]
    return bool(following) and following[0].kind is Kind.ADDRESS


def _is_common(scene: Scene, at: int) -> bool:
    token = scene.tokens[at]
    return token.kind is not Kind.WORD or token.text.islower() or _is_foreign(scene, at)


def _is_foreign(scene: Scene, at: int) -> bool:
    folded = scene.tokens[at].folded
    return folded in scene.phrases.common or folded in scene.foreign


def _is_coordinated(scene: Scene, one: Mention, other: Mention) -> bool:
    between = scene.tokens[one.last + 1 : other.first]
    has_and = any(token.folded in _AND for token in between)
    between = (
        [token for token in between if token.folded not in _OF]
        if one.weight > Weight.PASSING and other.weight > Weight.PASSING
        else [token for token in between if token.folded not in _RELATED and token.folded not in _PREPOSITIONS]
    )
    return (
        has_and
        and len(between) <= 14
        and all(
            token.folded in _AND
            or token.text in "();/"
            or token.kind is Kind.ADDRESS
            or (is_capital(token) and token.folded not in scene.phrases.common)
            for token in between
        )
    )


def is_asked_about(scene: Scene, at: int) -> bool:
    """Whether the words before token `at` ask something for it: "the badge of …", "unlock …"."""
    written = look_before(scene.tokens, at).words
    for words in (written, _drop_roles(written, scene.phrases)):
        if count_ending(words, scene.phrases.about_before):
            return words[-1] not in _COPULAS and _is_clear(words, scene.phrases)
    return False


def _list_places(scene: Scene) -> Iterable[Run]:
    """Yield what may be a name on record: parts of runs whose rest is no part of a name, and "Surname, Given"."""
    for run in scene.runs:
        yield from _list_parts(scene, run)
    for one, other in zip(scene.runs, scene.runs[1:], strict=False):
        if other.first == one.last + 2 and scene.tokens[one.last + 1].text == ",":
            yield from _list_swapped(scene, one, other)
    yield from _list_lower_case(scene)


def _list_parts(scene: Scene, run: Run) -> Iterable[Run]:
    for first in range(run.first, run.last + 1):
        if first > run.first and not _is_common(scene, first - 1):
            break
        if scene.tokens[first].kind is not Kind.WORD:
            continue
        for last in range(run.last, first - 1, -1):
            if last < run.last and not (_is_common(scene, last + 1)):
                break
            if last - first < _LONGEST_NAME and scene.tokens[last].kind is Kind.WORD:
                yield Run(first, last)
    for at in range(run.first + 1, run.last - 1):
        if scene.tokens[at].text in _LEADS_TO_NAME and run.last - at <= _LONGEST_NAME:
            yield Run(at + 1, run.last)  # "Konten von Jane Roe": a German noun is a capitalised word, too


def _list_swapped(scene: Scene, one: Run, other: Run) -> Iterable[Run]:
    for first in range(one.first, one.last + 1):
        for last in range(other.first, min(other.last, other.first + 2) + 1):
            if last - first < _LONGEST_NAME:
                yield Run(first, last)


def _list_lower_case(scene: Scene) -> Iterable[Run]:
    for at, token in enumerate(scene.tokens[:_LOWER_CASE_WORDS]):
        if token.kind is not Kind.WORD or not token.text.islower() or token.folded in scene.phrases.common:
            continue
        for last in range(at + 1, min(at + 4, len(scene.tokens))):
            following = scene.tokens[last]
            gap = scene.text[scene.tokens[last - 1].end : following.start]
            if following.kind is not Kind.WORD or gap != " " or not following.text.islower():
                break
            if following.folded not in scene.phrases.common:
                yield Run(at, last)


def _undo_genitive(scene: Scene, place: Run) -> str:
    """Return a name as it is called: "Jane Roes Konto" is that of Jane Roe."""
    name = _join(scene, place)
    following = scene.tokens[place.last + 1].folded if place.last + 1 < len(scene.tokens) else ""
    return name[:-1] if name.endswith("s") and following in scene.phrases.matters and " " in name else name


def _join(scene: Scene, run: Run) -> str:
    text = " ".join(scene.text[scene.tokens[run.first].start : scene.tokens[run.last].end].split())
    return text if len(fold_name(text)) else ""
