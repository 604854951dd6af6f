"""Our own labelled support mails (tests/data/support), judged as `badgepost inbound explain` judges them."""

import pytest

from tests.inbound.support_mails import list_files, read_support_mails
from tests.inbound.support_scores import KEYS, Score, judge_mails, score_mails

LEAST = {"role": 1.0, "intent": 0.93, "outcome": 0.9, "earners": 0.99, "changes": 0.87}
"""The share of each key that is right: it may only rise."""


@pytest.fixture(scope="module")
def score(tmp_path_factory: pytest.TempPathFactory) -> Score:
    mails = list(read_support_mails(list_files()))
    assert len({mail.id for mail in mails}) == len(mails) > 400, "two mails have one id"
    return score_mails(judge_mails(mails, tmp_path_factory.mktemp("support")))


def test_nothing_is_done_that_the_policy_does_not_warrant(score: Score) -> None:
    assert score.harmful == []


@pytest.mark.parametrize("key", KEYS)
def test_judgements_are_as_the_policy_has_it(score: Score, key: str) -> None:
    assert score.share(key) >= LEAST[key], "\n".join(score.mistakes)
