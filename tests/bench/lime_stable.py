"""LIME: how long until two seeds give the same map, that is, maps whose rank correlation is 0.9 on average."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from core.explainers.lime import Lime, cover
from core.map_distances.spearman import Spearman
from core.occlusion.lime_engine import closeness, draw_masks, ridge
from core.occlusion.masking import respond
from core.occlusion.superpixels import superpixels
from tests.bench.lime_speed import with_lime
from tests.bench.subjects import large, pictures, plain
from tests.bench.timing import Row, Settings, Work, faster, race

WANTED = 0.9
GRID = (50, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1250, 1500, 2000, 2500, 3000, 4000)
CHOICES = (("quickshift", "bf16"), ("quickshift", "fp32"), ("slic", "bf16"))
Fit = Callable[[Tensor, Tensor], Tensor]  # masks (M, S) and answers (M,) -> weights (S,)


def their_masks(samples: int, parts: int, seed: int) -> Tensor:
    """The masks that the lime package draws."""
    drawn = np.random.RandomState(seed).randint(0, 2, samples * parts).reshape(samples, parts)
    drawn[0] = 1
    return torch.from_numpy(drawn).bool()


def their_fit(masks: Tensor, answers: Tensor) -> Tensor:
    """The linear model as the lime package fits it, by its own code."""
    from lime.lime_image import LimeImageExplainer
    from sklearn.metrics import pairwise_distances

    data = masks.long().numpy()
    distances = pairwise_distances(data, data[:1], metric="cosine").ravel()
    _, weights, _, _ = LimeImageExplainer(random_state=0).base.explain_instance_with_data(
        data, answers[:, None].double().numpy(), distances, 0, 100000, feature_selection="auto"
    )
    return torch.tensor([dict(weights)[part] for part in range(masks.shape[1])])


def our_fit(masks: Tensor, answers: Tensor) -> Tensor:
    keep = masks[None]
    return ridge(keep, answers[None], closeness(keep, torch.tensor([masks.shape[1]]))).weights[0]


@dataclass
class Search:
    """Samples after which one engine's maps agree between seeds; answers are kept, so that more samples add to them."""

    images: Tensor
    answers: Tensor
    segmentation: str
    seeds: int
    draw: Callable[[int, int, int], Tensor]
    fit: Fit
    bf16: bool

    def agreements(self, grid: tuple[int, ...]) -> Iterator[tuple[int, float]]:
        """(samples, mean rank correlation over pictures and pairs of seeds), growing."""
        parts = superpixels(self.images, self.segmentation)
        fill = cover(self.images, parts, "mean")
        counts = (parts.flatten(1).amax(dim=1) + 1).tolist()
        runs = list(itertools.product(range(len(self.images)), range(self.seeds)))
        masks = {run: self.draw(grid[-1], counts[run[0]], run[1]) for run in runs}
        known = {run: torch.empty(0) for run in runs}
        for samples in grid:
            maps: dict[tuple[int, int], Tensor] = {}
            for place, seed in runs:
                run, one = (place, seed), slice(place, place + 1)
                new = masks[run][len(known[run]) : samples]
                with large().frozen():
                    told = respond(
                        large(), self.images[one], self.answers[one], parts[one], new[None], fill[one], bf16=self.bf16
                    )
                known[run] = torch.cat([known[run], told[0]])
                maps[run] = self.fit(masks[run][:samples], known[run])[parts[place]]
            pairs = [
                (maps[place, a], maps[place, b])
                for place in range(len(self.images))
                for a, b in itertools.combinations(range(self.seeds), 2)
            ]
            first, second = (torch.stack(side) for side in zip(*pairs, strict=True))
            yield samples, float(Spearman()(first, second).mean())

    def needed(self, grid: tuple[int, ...]) -> tuple[int, dict[int, float]]:
        """The smallest number of samples in `grid` that gives agreement, and the agreements on the way there."""
        seen = {}
        for samples, agreement in self.agreements(grid):
            seen[samples] = round(agreement, 3)
            if agreement >= WANTED:
                break
        return samples, seen


def stable(settings: Settings) -> list[Row]:
    images, answers = pictures(large(), settings.pick(4, 2))
    grid, seeds, net = GRID[: settings.pick(len(GRID), 2)], settings.pick(3, 2), plain(large())
    need, way = Search(images, answers, "quickshift", seeds, their_masks, their_fit, bf16=False).needed(grid)
    found: dict[str, tuple[Lime, dict[int, float]]] = {}
    for segmentation, precision in CHOICES:
        search = Search(images, answers, segmentation, seeds, draw_masks, our_fit, precision == "bf16")
        less, our_way = search.needed(grid)
        found[f"{segmentation}, {precision}"] = (
            Lime(samples=less, segmentation=segmentation, precision=precision),
            our_way,
        )
    kept: dict[str, list[Tensor]] = {name: [] for name in (*found, "lime")}

    def one(repeat: int, name: str) -> None:
        part = slice(place := repeat // 2 % len(images), place + 1)
        kept[name].append(found[name][0](large(), images[part], answers[part], seed=repeat % 2).values[0])

    def other(repeat: int) -> None:
        place = repeat // 2 % len(images)
        drawn = with_lime(net, images[place], int(answers[place]), need, repeat % 2, "quickshift")
        kept["lime"].append(torch.from_numpy(drawn))

    works: dict[str, Work] = {name: partial(one, name=name) for name in found} | {"lime": other}
    times = race(works, settings.pick(4, 2), warm=False)
    timed = {name: _pairs(maps) for name, maps in kept.items()}
    rows = []
    for name, (method, our_way) in found.items():
        exact = replace(method, precision="fp32")(large(), images, answers).values
        same = Spearman()(exact, method(large(), images, answers).values).tolist()
        cut = "each with its own superpixels" if method.segmentation == "slic" else "lime's superpixels for both"
        note = (
            f"{method.samples} samples (agreement {our_way[method.samples]:.2f}) against {need} ({way[need]:.2f}), "
            f"{len(images)} photographs, {seeds} seeds; {method.precision} against fp32, {cut}; the timed maps "
            f"agree by {timed[name]:.2f} and {timed['lime']:.2f}"
        )
        if method.precision == "bf16":
            note += f"; rank correlation of bf16 with fp32 maps at one seed {min(same):.3f} to {max(same):.3f}"
        facts = {"agreement_ours": our_way, "agreement_lime": way, "timed": timed, "precision": same}
        rows.append(faster(f"LIME, stable map, {name}", "lime", 3, times[name], times["lime"], note, **facts))
    return rows


def _pairs(maps: list[Tensor]) -> float:
    """Mean rank correlation of the first map with the second, the third with the fourth, and so on."""
    return float(Spearman()(torch.stack(maps[::2]), torch.stack(maps[1::2])).mean())


ROWS = {"lime_stable_map": stable}
