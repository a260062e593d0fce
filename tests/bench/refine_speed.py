"""Refinement: an epoch of lime_guided beside one of PGD adversarial training, its masks, and the adversarial step."""

import statistics
from dataclasses import replace

import torch
from torch.nn.functional import cross_entropy

from core.contracts.batch import Batch
from core.contracts.interfaces import Images
from core.contracts.objective import Objective
from core.distributed.fabric import make_fabric
from core.objectives.lime_guided import LimeGuided
from core.objectives.pgd_adversarial import PGDAdversarial
from core.occlusion.superpixels import superpixels
from core.spurious.regions import SpuriousRegions
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.bench.lime_speed import bare_forward, with_lime
from tests.bench.subjects import pictures, plain, small
from tests.bench.timing import Row, Settings, faster, median, race

BATCH, EPOCH, STEPS, EPS, STEP = 128, 49_000, 10, 8 / 255, 2 / 255


def training(objective: Objective, batches: int) -> Training:
    """A training of ResNet-20 on as many noise images as `batches` need; noise costs what pictures cost."""
    generator = torch.Generator().manual_seed(0)
    count = BATCH * batches
    images = torch.randint(0, 256, (count, 3, 32, 32), generator=generator, dtype=torch.uint8)
    data = Images(images, torch.randint(0, 10, (count,), generator=generator), small().labels)
    schedule = Schedule(epochs=1000, batch=BATCH, lr=1e-4, held_out=0)
    return Training(small().copy(), objective, data, schedule, fabric=make_fabric("cpu", bf16=True))


def epoch(settings: Settings) -> list[Row]:
    """Steps are timed with masks made before; the making is timed apart, and shared among the epochs that use it."""
    count, guided = settings.pick(6, 1), LimeGuided(steps=STEPS, step_ratio=0.25)
    ours = training(replace(guided, first=1000), 4)  # no masks are made while it is timed
    ours.masks = torch.rand(len(ours.batches.data), 32, 32) < guided.area
    theirs = training(PGDAdversarial(steps=STEPS, eps=EPS, step=STEP), 4)
    works = {"guided": iter(ours), "pgd": iter(theirs)}
    times = race({name: lambda _, steps=steps: next(steps) for name, steps in works.items()}, count)
    making = race({"masks": lambda repeat: _masks(guided, BATCH, repeat)}, settings.pick(3, 1))["masks"]
    steps = EPOCH // BATCH
    each = (median(making) or 0) * EPOCH / BATCH / guided.groups / guided.every
    epochs = [steps * time + each for time in times["guided"]]
    plain_epochs = [steps * time for time in times["pgd"]]
    ratio = statistics.median(epochs) / statistics.median(plain_epochs)
    note = (
        f"{small().key}, {STEPS} inner steps for both, bf16, {EPOCH:,} images, from the steps timed and the making of "
        f"{BATCH} images' masks; of it {each:.0f} s for masks, in {guided.groups} groups, one every {guided.every} "
        "epochs"
    )
    return [
        Row(
            "lime_guided, one epoch", "PGD training", ratio, 1.5, "at most", "times as long", epochs, plain_epochs, note
        )
    ]


def _masks(guided: LimeGuided, count: int, seed: int) -> None:
    classifier = small()
    images, answers = pictures(classifier, count)
    batch = Batch(images, answers, torch.arange(count), seed, 0, count)
    with torch.autocast("cpu", torch.bfloat16):
        SpuriousRegions.of(guided).masks(classifier, classifier, batch)


def refresh(settings: Settings) -> list[Row]:
    """Both with the same parts, samples and repeats; the lime package image after image, without the scores."""
    guided, count = LimeGuided(), settings.pick(64, 4)
    classifier = small()
    images, answers = pictures(classifier, count)
    net, samples = plain(classifier), guided.samples * guided.repeats
    assert int(superpixels(images[:1], guided.parts, guided.cells).max()) + 1 == guided.cells

    def loop(repeat: int) -> None:
        for image, answer in zip(images, answers.tolist(), strict=True):
            for again in range(guided.repeats):
                with_lime(net, image, answer, guided.samples, repeat + again, guided.parts, guided.cells)

    times = race({"ours": lambda repeat: _masks(guided, count, repeat), "lime": loop}, settings.pick(3, 1), warm=False)
    bare = bare_forward(classifier, samples * count, half=True)
    note = (
        f"{count} images, {guided.repeats} x {guided.samples} samples, {guided.cells} cells, {classifier.key}, bf16 "
        f"against fp32; the bare passes alone take {bare:.2f} s, so {(median(times['lime']) or 0) / bare:.1f} is the "
        "most that any engine could reach in these passes"
    )
    return [faster("Masks of spurious regions", "a loop over lime", 50, times["ours"], times["lime"], note, bare=bare)]


def step(settings: Settings) -> list[Row]:
    """Attack, loss, gradient and update of one batch; torchattacks in fp32 and in bf16, and the same SGD."""
    import torchattacks

    steps = settings.pick(STEPS, 2)
    ours = training(PGDAdversarial(steps=steps, eps=EPS, step=STEP), 4)
    steps_of_ours = iter(ours)
    works = {"ours": lambda _: next(steps_of_ours)}
    images, labels = ours.batches.data.images[:BATCH].float() / 255, ours.batches.data.labels[:BATCH]
    for precision in ("fp32", "bf16"):
        net = plain(small()).train()
        attack = torchattacks.PGD(net, eps=EPS, alpha=STEP, steps=steps)
        attack.set_model_training_mode(model_training=True, batchnorm_training=True, dropout_training=True)
        learner = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9, nesterov=True, weight_decay=5e-4)

        def other(_repeat: int, net=net, attack=attack, learner=learner, half=precision == "bf16") -> None:  # type: ignore[no-untyped-def]
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                attacked = attack(images, labels)
                learner.zero_grad()
                loss = cross_entropy(net(attacked), labels)
            loss.backward()
            learner.step()

        works[precision] = other
    times = race(works, settings.pick(7, 1))
    note = f"{BATCH} images of 32 px, {steps} inner steps, {small().key}; ours in bf16, torchattacks in {{}}"
    return [
        faster(f"PGD training step, {each}", "torchattacks", 1, times["ours"], times[each], note.format(each))
        for each in ("fp32", "bf16")
    ]


ROWS = {"refine_epoch": epoch, "refine_masks": refresh, "refine_step": step}
