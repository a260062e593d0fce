"""Started by the tests of training: trains a small net on as many processes as asked for; the first writes the steps.

python -m tests.two_processes RESULT.json PROCESSES OBJECTIVE [EVERY]

With EVERY the net has batch normalisation, and its statistics are averaged every so many steps, as for a checkpoint.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from core.base.params import from_spec
from core.catalog import OBJECTIVES
from core.distributed.fabric import average_buffers, dismiss, make_fabric
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, ready

if __name__ == "__main__":
    torch.set_num_threads(1)
    path, processes, spec = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    fabric = make_fabric("cpu", processes)
    schedule = Schedule(epochs=3, batch=31, lr=0.1, crop=1, flip=False, bf16=False, ema=0.9, held_out=64)
    objective = from_spec(spec, OBJECTIVES)
    every = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    net = ready(objective, 4, norm=every > 0)  # type: ignore[arg-type]
    training = Training(net, objective, dataset(), schedule, fabric=fabric)  # type: ignore[arg-type]
    steps = []
    for step in training:
        steps.append(asdict(step))
        if every and step.index % every == 0:
            average_buffers(training.classifier.net, fabric)
    if fabric.global_rank == 0:
        path.write_text(json.dumps({"steps": steps, "world": fabric.world_size}))
    dismiss(fabric)
