"""Figures 1 to 3: one whole mail built and signed, against the RSA limit and the usual ways in Python and Node.

Ours starts from a ledger row: it reads the recorded facts and, for 64 mails at a time, what was attested; mints three
or four signed links, words and signs the credential (RS256; EdDSA), bakes it into the picture, fills text, HTML and
headers, hashes and signs with RSA-2048. The peers start from ready-made values (`bench.orders`) and bake nothing.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import cycle

from badges.openbadges.signing import Algorithm
from badges.transactions import reading
from bench.figures.figure import Figure, microseconds
from bench.fixture import NOW, make_awards
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.limits import RSA_SIGN
from bench.orders import make_naive_mailer, make_node_sources, make_picture, make_signing, variant_of
from bench.peers import node
from bench.peers.order import Order
from bench.rounds import Results, Variant, in_process
from bench.rows import attest, empty
from bench.stage import Stage
from mailer.queue.claimed import Claimed

OURS = "build, bake and sign"
BY_EDDSA = f"{OURS}, credential by EdDSA"
NAIVE = "Jinja2 + premailer + EmailMessage + dkimpy"
NODE = "ejs + juice + nodemailer"

OF_RSA = Goal("build, token, credential, bake, sign: share of the RSA-2048 signing rate", Bound.AT_LEAST, 0.40)
EDDSA_OF_RSA = Goal("the same with a credential by EdDSA", Bound.AT_LEAST, 0.40)
TO_NAIVE = Goal(f"the first again: times the rate of {NAIVE}", Bound.AT_LEAST, 30)
TO_NODE = Goal(f"the same: times the rate of {NODE} with DKIM", Bound.AT_LEAST, 12)


def prepare(stage: Stage, messages: Sequence[Claimed], orders: Sequence[Order], stack: ExitStack) -> Figure:
    """Return the figure; the Node peer, if it can run here, lives as long as `stack`."""
    wanted = cycle(orders)
    naive = make_naive_mailer(stage)
    variants = [
        _ours(OURS, stage, "RS256", messages),
        _ours(BY_EDDSA, stage, "EdDSA", messages),
        in_process(NAIVE, 8, lambda: naive.build(next(wanted))),
    ]
    missing = node.find_missing() or node.install()
    if missing is None:
        variants.append(_start_node(stage, orders, stack))
    return Figure(variants, _make_judge(missing))


def _ours(name: str, stage: Stage, algorithm: Algorithm, messages: Sequence[Claimed]) -> Variant:
    maker = stage.makers[algorithm]

    def run(times: int) -> float:
        empty(stage)
        attest(stage, make_awards(len(messages)))
        with reading(stage.engine).connect() as connection:
            start = time.process_time()
            for done in range(0, times, len(messages)):
                batch = messages[: times - done]
                maker.credentials.look_ahead(connection, batch)
                for message in batch:
                    maker.composer.compose(message, NOW)
            return time.process_time() - start

    return Variant(name, 192, run)


def _start_node(stage: Stage, orders: Sequence[Order], stack: ExitStack) -> Variant:
    named = [(variant_of(order), order) for order in orders]
    sources = make_node_sources(stage, orders)
    peer = stack.enter_context(
        node.running_peer(stage.folder / "node", sources, named, make_picture(stage), make_signing(stage))
    )
    # Its just-in-time compiler needs more than the one call that warms the others up.
    peer.run(60)
    return Variant(NODE, 40, peer.run)


def _make_judge(missing: str | None) -> Callable[[Results], list[Finding]]:
    def judge(results: Results) -> list[Finding]:
        asides = f"{microseconds(results, OURS)}, {microseconds(results, RSA_SIGN)}"
        to_node = (
            Finding(TO_NODE, None, aside=missing)
            if missing
            else from_ratio(TO_NODE, results.ratio(NODE, OURS), microseconds(results, NODE))
        )
        return [
            from_ratio(OF_RSA, results.ratio(RSA_SIGN, OURS), asides),
            from_ratio(EDDSA_OF_RSA, results.ratio(RSA_SIGN, BY_EDDSA), microseconds(results, BY_EDDSA)),
            from_ratio(TO_NAIVE, results.ratio(NAIVE, OURS), microseconds(results, NAIVE)),
            to_node,
        ]

    return judge
