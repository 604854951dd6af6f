"""`python -m tests.inbound.score_support_mails [FILE…]`: every mistake on labelled support mails, and the shares.

Without files, all of tests/data/support; a folder is one of .eml files with labels.jsonl, judged against the
world.json beside it. A word that is neither picks the mails whose id holds it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.inbound.support_mails import FOLDER, WORLD, list_files, read_examples, read_support_mails
from tests.inbound.support_scores import KEYS, judge_mails, score_mails


def main(words: list[str]) -> int:
    folder = next((Path(word) for word in words if Path(word).is_dir()), None)
    files = [file for file in map(_find_file, words) if file]
    parts = [word for word in words if _find_file(word) is None and not Path(word).is_dir()]
    found = read_examples(folder) if folder else read_support_mails(files or list_files())
    mails = [mail for mail in found if not parts or any(part in mail.id for part in parts)]
    with TemporaryDirectory() as place:
        score = score_mails(judge_mails(mails, Path(place), folder.parent / "world.json" if folder else WORLD))
    print(*score.mistakes, sep="\n")
    print(*(f"HARMFUL {harm}" for harm in score.harmful), sep="\n")
    shares = (f"{key} {score.right[key]}/{score.labelled[key]} ({score.share(key):.1%})" for key in KEYS)
    print(*shares, f"harmful {len(score.harmful)} of {len(mails)} mails")
    return 1 if score.harmful else 0


def _find_file(word: str) -> Path | None:
    places = (Path(word), FOLDER / word, FOLDER / f"{word}.yaml")
    return next((place for place in places if place.suffix == ".yaml" and place.is_file()), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
