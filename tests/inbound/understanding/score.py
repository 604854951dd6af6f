"""Prints each mail whose intent is told wrongly, and how many are right: `python -m tests.inbound.understanding.score`.

Words after it choose mails by their name. For whoever works on the lexicons; the tests hold what must not be wrong.
"""

import sys
from collections import Counter
from itertools import chain

from tests.conftest import SHARED
from tests.inbound.understanding.labelled import read_examples, read_support_mails, read_tables


def main(words: list[str]) -> None:
    counts: Counter[str] = Counter()
    examples = read_examples(SHARED) if SHARED.is_dir() else ()
    for mail in chain(examples, read_support_mails(), read_tables()):
        if words and not any(word in mail.name for word in words):
            continue
        source = mail.name.split()[0]
        source = "examples" if source.endswith(".eml") else source
        mistakes = mail.find_mistakes()
        counts[f"{source} all"] += 1
        counts[f"{source} wrong"] += bool(mistakes)
        counts[f"confidence {mail.tell().confidence}"] += not mistakes
        if mistakes:
            wish = mail.tell()
            print(f"--- {mail.name}: {'; '.join(mistakes)}\n    asked {list(map(str, wish.asked))} {wish.because}")
            if words:
                print(mail.written.subject, "\n", mail.written.new_text)
    for key, count in sorted(counts.items()):
        print(f"{count:5} {key}")


if __name__ == "__main__":
    main(sys.argv[1:])
