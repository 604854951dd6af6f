"""The new address of one person: which of the addresses in a text it is."""

from badges.register import KnownEarner
from inbound.understanding.people.asking import Asking
from inbound.understanding.people.phrases import count_ending, drop_fillers, look_before
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.tokens import Kind
from wire.address import Address, fold_address, parse_address


def find_new_address(scene: Scene, first: int, last: int, earner: KnownEarner | None, asking: Asking) -> str | None:
    """Return the address that tokens `first` to `last` give as the new one, folded; None without one, or in doubt.

    One that is on record for the person already counts only where the text says that it is to be the new one.
    """
    own = earner.addresses if earner else ()
    told: dict[str, bool] = {}
    for at in range(first, min(last + 1, len(scene.tokens))):
        token = scene.tokens[at]
        address = parse_address(token.text) if token.kind is Kind.ADDRESS else None
        if not isinstance(address, Address):
            continue
        folded = fold_address(address)
        is_old, is_new = tell_address(scene, at)
        if folded in asking.recipients or is_old or (folded in own and not is_new):
            continue
        told[folded] = told.get(folded, False) or is_new
    contacts = {contact.address for contact in asking.register.find_contacts(set(told))}
    told = {address: is_new for address, is_new in told.items() if address not in contacts}
    marked = [address for address, is_new in told.items() if is_new]
    among = marked or list(told)
    if asking.writer.address and not asking.writer.issuer_ids and not among and _is_from_here(scene, first, last):
        return asking.writer.address
    return among[0] if len(among) == 1 else None


def tell_address(scene: Scene, at: int) -> tuple[bool, bool]:
    """Whether the words before an address say that it is the old one, and that it is the new one."""
    phrases = scene.phrases
    words = look_before(scene.tokens, at).words
    forms = (words, drop_fillers(words, phrases))
    new = max(count_ending(form, phrases.new_address) for form in forms)
    old = max(count_ending(form, phrases.old_address) for form in forms)
    return old > new, new >= old and new > 0


def _is_from_here(scene: Scene, first: int, last: int) -> bool:
    words = [token.folded for token in scene.tokens[first : last + 1] if token.kind is Kind.WORD]
    return any(count_ending(words[: end + 1], scene.phrases.from_here) for end in range(len(words)))
