"""What is sent in one round is forgotten before the next: by what a worker had noted, it would send nothing more."""

from pathlib import Path

from bench.figures import sending
from bench.sink import running_sink
from bench.stage import open_stage


def test_rounds_follow_each_other(tmp_path: Path) -> None:
    stage = open_stage(tmp_path)
    with running_sink() as port:
        ours = sending.prepare(stage, [], port, 20).variants[0]
        assert all(ours.run(ours.calls) > 0 for _ in range(2))
    stage.engine.dispose()
