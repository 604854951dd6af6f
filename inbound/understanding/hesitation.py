"""Words by which a writer takes back, refuses or questions what their mail seems to ask for.

Here belongs what only ever takes certainty away, whatever the clauses around it come to: "should we?", "undo the
change", "wait, not yet", "everybody except". A record is changed on what is sure alone, so a person reads such a mail.
Pure, and linear in the length of the text: every repeat is bounded.
"""

import re
import unicodedata

_LONGEST = 65_536
_SPACE = re.compile(r"\s+")
_LANGUAGES = {
    "en": (
        r"(?:should|shall|must|may|do|did|are|were) (?:we|i) (?:really |just |have |now |go |be |supposed |meant "
        r"|allowed |to |even |ahead |and ){0,5}(?:chang|renam|unlock|correct|do |act|allow|honou?r|trust|accept)",
        r"what (?:should|shall|can|must|do|would|are) (?:we|i) (?:supposed |meant |to |do |tell |say )?(?:do|answer|say"
        r"|tell)",
        r"is (?:that|this|it|he|she) (?:really |even |actually )?(?:allowed|legit|legitimate|genuine|permitted|ok|okay"
        r"|all ?right|acceptable|authentic|entitled)\b",
        r"(?:did|have|has|had) (?:you|he|she|they|anyone|anybody|someone|somebody) (?:already |really |ever |just "
        r"|yet )?(?:change|rename|unlock|correct|ask|authori[sz]e)",
        r"who (?:has |had )?(?:asked|told|authori[sz]ed|allowed|changed|unlocked|requested)",
        r"(?:do not|don'?t|did not|didn'?t) (?:even |really )?(?:know|recogni[sz]e|trust|believe) (?:him|her|them|this "
        r"(?:person|man|woman|caller|sender)|the (?:caller|sender|man|woman))",
        r"(?:we|i|and|but|board|committee|registrar|therefore) (?:have |has |had |must |had to |will |firmly )?"
        r"(?:refus|reject|declin|denied|deny|turn(?:ed)? down)",
        r"(?:but|and) (?:we|i) (?:won'?t|will not|would not|wouldn'?t|do not|don'?t|cannot|can'?t) (?:do|agree|allow"
        r"|have|approve|accept|want|support|be doing|permit|let)\b",
        r"but (?:we|i) (?:won'?t|will not|don'?t|do not|refuse)\s{0,3}[.!]",
        r"(?:undo|revert|roll back|reverse|take back|cancel|retract|withdraw|stop) (?:the|this|that|our|my|his|her"
        r"|their|your|yesterday'?s|last|it\b)",
        r"(?:forget|scrap|scratch|skip|drop|strike) (?:this|that|it|all that|the above|what i)\b",
        r"\b(?:wait|hold on|hang on|stop|sorry)\s?[,:.!-]{1,3}\s?(?:no|not|don'?t|forget|wrong|please don'?t)\b",
        r"\bno\s?[,:.!-]{1,3}\s?(?:wait|not yet|don'?t|please don'?t|leave)\b",
        r"(?<!is )(?<!was )(?<!are )not (?:just )?yet,? please|please,? (?:but )?not (?:just )?yet",
        r"(?:every(?:body|one)|all(?: of them| accounts| others)?) (?:except|but|apart from|other than|save)\b",
        r"or was it|or is it\b|not quite sure|let me (?:check|verify|confirm|ask)|i (?:will|'ll|must|need to|have to) "
        r"(?:check|verify|double-check)|\(\?\)|\?\)",
        r"what would happen|how would (?:we|i|one|you|someone|somebody)|suppose (?:that )?(?:we|i|someone|somebody)"
        r"|hypothetical|purely theoretical|pretend(?:s|ed|ing)? to be",
    ),
    "de": (
        r"(?:sollen|sollten|durfen|duerfen|mussen|muessen) wir (?:\S{1,30} ){0,8}(?:ander|aender|umbenenn|entsperr"
        r"|freischalt|korrigier|machen|tun)",
        r"was (?:sollen|konnen|koennen|mussen|muessen|machen|tun) wir",
        r"ist (?:das|dies|es) (?:uberhaupt |ueberhaupt |denn |wirklich |so )?(?:erlaubt|zulassig|zulaessig|echt"
        r"|rechtens|in ordnung|okay|ok|legitim)\b",
        r"kennen (?:ihn|sie|diese person|diesen \w{1,20}|den \w{1,20}|die \w{1,20}) (?:gar |uberhaupt )?nicht",
        r"wer hat (?:\S{1,30} ){0,6}(?:gebeten|beauftragt|geandert|geaendert|entsperrt|verlangt|veranlasst)",
        r"haben sie (?:\S{1,60} ){0,10}(?:geandert|geaendert|entsperrt|freigeschaltet|korrigiert)",
        r"lehnen (?:\S{1,30} ){0,8}ab\b|abgelehnt|verweiger|wollen wir (?:aber )?nicht|ruckgangig|rueckgaengig",
        r"\b(?:halt|stopp?|moment|nein)\s?[,:.!-]{1,3}\s?(?:nein|doch nicht|noch nicht|nicht|bitte nicht)",
        r"alle (?:auser|ausser|bis auf)|mit ausnahme von|oder war es|muss (?:ich )?(?:noch )?(?:nachsehen|prufen"
        r"|pruefen)",
        r"vergessen sie (?:das|es|meine)|vergesst (?:das|es)",
    ),
    "fr": (
        r"(?:devons|faut|doit|devrions|faudrait|pouvons)[ -](?:nous|il|on) (?:vraiment |donc )?(?:changer|modifier"
        r"|debloquer|deverrouiller|corriger|faire|accepter)",
        r"que (?:devons|faut|doit|pouvons)[ -](?:nous|il|on)",
        r"est[ -]ce (?:que c'est |vraiment )?(?:permis|autorise|legitime|authentique|normal|legal)",
        r"ne (?:le |la |l'|les )?(?:connaissons|connais|reconnaissons) pas",
        r"qui (?:vous )?a (?:demande|autorise|change|modifie|debloque)",
        r"avez[ -]vous (?:deja |bien )?(?:change|modifie|debloque|corrige|deverrouille)",
        r"(?:nous|je) (?:avons |ai |l'avons )?(?:refus|rejet)|annul(?:er|ez|ons) (?:le|la|ce|cette|ma|notre)",
        r"\b(?:attendez|non|stop|pardon)\s?[,:.!-]{1,3}\s?(?:non|pas encore|oubliez|ne)\b",
        r"tous sauf|toutes sauf|tout le monde sauf|a l'exception de|ou etait-ce|je (?:dois|vais) verifier",
        r"oubliez (?:ce|cela|ca|ma|mon)|laissez tomber",
    ),
    "es": (
        r"(?:debemos|deberiamos|tenemos que|podemos) (?:realmente )?(?:cambiar|modificar|desbloquear|corregir|hacer"
        r"|aceptar)(?=[^.]{0,300}\?)",
        r"que (?:debemos|hacemos|podemos|deberiamos) ?(?:hacer)?\s?\?",
        r"(?:es|esta) (?:esto |eso )?(?:permitido|legitimo|autentico|legal|autorizado)",
        r"no (?:lo |la |le |los |las )?(?:conocemos|conozco|reconocemos)",
        r"quien (?:les |le |os )?(?:ha |habia )?(?:pidio|pedido|autorizo|cambio|cambiado|desbloqueo|desbloqueado)",
        r"(?:hemos|he|nosotros|y|pero) (?:rechaz|deneg)|nos negamos|deshacer|deshagan|revertir|reviertan"
        r"|anul(?:ar|en|e) (?:el|la|este|esta|ese)",
        r"\b(?:esperen?|no|alto|perdon)\s?[,:.!-]{1,3}\s?(?:no|todavia no|aun no|olviden?)\b",
        r"todos (?:menos|excepto|salvo)|a excepcion de|o era\b|tengo que (?:comprobar|verificar|revisar)",
        r"olviden? (?:esto|eso|lo|mi)",
    ),
}
_ANY = {language: re.compile("|".join(f"(?:{each})" for each in patterns)) for language, patterns in _LANGUAGES.items()}


def is_hesitant(text: str) -> bool:
    """Whether the writer of `text`, in whatever language, takes back or questions something."""
    folded = _fold(text[:_LONGEST])
    return any(pattern.search(folded) for pattern in _ANY.values())


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return _SPACE.sub(" ", "".join(character for character in plain if not unicodedata.combining(character)))
