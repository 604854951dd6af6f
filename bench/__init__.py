"""The figures of docs/performance.md, measured as ratios in one interleaved run: `python -m bench`.

Here belong the harness, the fixture, the peers and one module a figure. Nothing of the product imports this, and no
test gates on a time it takes.
"""
