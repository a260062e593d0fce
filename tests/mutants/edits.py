"""The mistakes: each changes a number that somebody sees, by the slip of a pen that a reviewer might pass over."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In `path`, the one place that says `was` says `becomes`; the worked example of the file and `tests` run on it."""

    path: str
    was: str
    becomes: str
    tests: str = ""

    @property
    def named(self) -> str:
        return f"{self.path}: {' '.join(self.was.split())} -> {' '.join(self.becomes.split())}"


ATTACKS = "tests/core/attacks/test_attacks.py tests/core/attacks/test_agreement.py"
DEEPFOOL = "tests/core/attacks/test_deepfool.py tests/core/attacks/test_deepfool_linf.py"
TRANSFERRED = "tests/core/attacks/test_agreement.py tests/core/attacks/test_di_ti_fgsm.py"
DISTANCES = "tests/core/minimal_distance/"
CORRUPTIONS = "tests/core/corruptions/test_corruptions.py"
EXPLAINERS = "tests/core/explainers/test_explainers.py"
METRICS = " ".join(f"tests/core/metrics/test_{each}.py" for each in ("metrics", "covering", "asked_again"))

EDITS = (
    # what every attack stands on
    Edit("core/contracts/ascend.py", "current.detach() + step * direction", "current.detach() - step * direction"),
    Edit("core/contracts/ascend.py", "(eps / length).clamp_max(1.0)", "(eps / length)", ATTACKS),
    Edit("core/contracts/attack_loss.py", "logsumexp(dim=1) - own", "amax(dim=1) - own",
         "tests/core/contracts/test_attack_loss.py"),
    # attacks
    Edit("core/attacks/fgsm.py", "step=self.eps, steps=1", "step=self.eps / 2, steps=1"),
    Edit("core/attacks/bim.py", "step=self.step, steps=self.steps", "step=self.step, steps=self.steps - 1"),
    Edit("core/attacks/mi_fgsm.py", "momentum=self.decay", "momentum=0.0", ATTACKS),
    Edit("core/attacks/di_fgsm.py", "right - left, top", "right - left, 0", TRANSFERRED),
    Edit("core/attacks/ti_fgsm.py", "linspace(-3, 3,", "linspace(-2, 2,", TRANSFERRED),
    Edit("core/attacks/pgd.py", "start = random_start(images, self.eps, self.norm, generator) if self.random_start",
         "start = random_start(images, self.eps, self.norm, generator) if not self.random_start", ATTACKS),
    Edit("core/attacks/pgd_l2.py", "norm=self.norm, start=start", "start=start"),
    Edit("core/attacks/_deepfool_walk.py", "(1 + self.overshoot) * total", "total", DEEPFOOL),
    Edit("core/attacks/_deepfool_walk.py", "steepness, slope.sign()", "steepness, slope", DEEPFOOL),
    Edit("core/attacks/_deepfool_walk.py", "slope.flatten(1).abs().sum(dim=1)",
         "slope.flatten(1).norm(dim=1)", DEEPFOOL),
    Edit("core/attacks/cw.py", '["lr"] = 1 - index / self.steps', '["lr"] = 1.0',
         "tests/core/attacks/test_cw.py"),
    Edit("core/attacks/apgd.py", "(ordered[:, 2] + ordered[:, 3]) / 2", "ordered[:, 2]"),
    Edit("core/evaluation/transfer.py", ".all(dim=0)", ".any(dim=0)", "tests/core/evaluation/test_transfer.py"),
    # minimal distances
    Edit("core/contracts/rms_walk.py", "eps * (steps - step) /", "eps * (step + 1) /",
         DISTANCES + "test_rms_attack.py"),
    Edit("core/minimal_distance/rms_attack.py", "& (size < smallest)", "",
         DISTANCES + "test_rms_attack.py"),
    Edit("core/contracts/rms_walk.py", "range(steps + (look is not None))", "range(steps)",
         DISTANCES + "test_rms_attack.py"),
    Edit("core/minimal_distance/rms_attack.py", "<= 1 / logits.shape[1]", "<= 0.5",
         DISTANCES + "test_rms_attack.py"),
    Edit("core/minimal_distance/area.py", "(1 - share - 1 / classes)", "(1 - share)", DISTANCES + "test_area.py"),
    Edit("core/minimal_distance/area.py", "/ count - 1 / classes)", "/ count)", DISTANCES + "test_area.py"),
    Edit("core/minimal_distance/smallest.py", "[walked, FAB", "[FAB", DISTANCES + "test_smallest.py"),
    # explainers and what they share
    Edit("core/explainers/grad_cam_pp.py", "below = 2 + slope", "below = 1 + slope"),
    Edit("core/explainers/grad_cam_pp.py", "alpha * slope.relu()", "alpha * slope"),
    Edit("core/explainers/integrated_gradients.py", "sum(dim=(0, 1))", "abs().sum(dim=(0, 1))", EXPLAINERS),
    Edit("core/explainers/_pgca_stages.py", "(math.log(0.5) / maps", "(math.log(0.4) / maps"),
    Edit("core/explainers/_pgca_stages.py", "beta * (p * g).sqrt()", "beta * p * g"),
    Edit("core/explainers/occlusion.py", "/ squares.flatten(1).sum(dim=0)", "/ len(squares)"),
    Edit("core/explainers/rise.py", "total / self.samples / self.shown", "total / self.samples"),
    Edit("core/explainers/smooth_grad.py", "dim=0) / samples", "dim=0)"),
    Edit("core/explainers/wasserstein_grad.py", "(clean * joined)", "(clean.abs() * joined)"),
    Edit("core/explainers/shap_gradient.py", "[0, ..., 0].sum(dim=0)", "[0, ..., 0].mean(dim=0)",
         "tests/core/explainers/test_shap.py"),
    Edit("core/explainers/shap_partition.py", "values / np.bincount(regions.cells.ravel())", "values",
         EXPLAINERS + " tests/core/explainers/test_shap.py"),
    Edit("core/explainers/shap_deep.py", "[0, ..., 0].sum(dim=0)", "[0, ..., 0].mean(dim=0)",
         "tests/core/explainers/test_deeplift_batch.py"),
    Edit("core/occlusion/lime_engine.py", "(2 * KERNEL_WIDTH**2)", "KERNEL_WIDTH**2"),
    Edit("core/occlusion/lime_engine.py", "weighted @ z + alpha *", "weighted @ z + 2 * alpha *"),
    # objectives
    Edit("core/objectives/trades.py", "divergence(logits.log_softmax(dim=1), nearby)",
         "divergence(nearby, logits.log_softmax(dim=1))", "tests/core/objectives/test_objectives.py"),
    Edit("core/objectives/mart.py", "-clean.gather", "-moved.gather", "tests/core/objectives/test_mart.py"),
    Edit("core/objectives/cure.py", "here.detach().sign()", "here.detach()", "tests/core/objectives/test_cure.py"),
    Edit("core/objectives/saliency_guided.py", "log_probabilities(logits)", "log_probabilities(logits.detach())",
         "tests/core/objectives/test_saliency_guided.py"),
    Edit("core/objectives/sg_drop.py", "keep.float().mean(dim=1, keepdim=True)", "keep.float().mean()",
         "tests/core/objectives/test_sg_drop.py"),
    Edit("core/objectives/lime_guided.py", "if weight > 0 and given is not None:\n                values",
         "if given is not None:\n                weight = 1.0\n                values",
         "tests/core/objectives/test_lime_guided.py"),
    Edit("core/objectives/fast_adversarial.py", "step=self.step_ratio * self.eps", "step=self.eps",
         "tests/core/objectives/test_objectives.py"),
    Edit("core/objectives/_gradient_penalty.py", "return values.sum() / (share * len(batch))",
         "return values.mean()", "tests/core/objectives/test_gradient_penalty.py"),
    # training
    Edit("core/training/schedule.py", "return min(ema, (1 + index) / (10 + index))", "return ema",
         "tests/core/training/test_loop.py"),
    Edit("core/training/validation.py", 'self.by = "robust" if', 'self.by = "clean" if',
         "tests/core/training/test_validation.py"),
    Edit("core/training/validation.py", "step=max(eps / 4, 0.1 / 255), steps=10",
         "step=max(eps / 40, 0.1 / 255), steps=10", "tests/core/training/test_validation.py"),
    # layers, and the objectives that bend the loss
    Edit("core/objectives/_quadratic_model.py", "_per_image(turned * change) / 2", "_per_image(turned * change)",
         "tests/core/objectives/test_scorpio.py"),
    Edit("core/objectives/_quadratic_model.py", "2 / (2 + k) *", "1 / (2 + k) *",
         "tests/core/objectives/test_scorpio.py"),
    Edit("core/objectives/_quadratic_model.py", "return first + spread / 2", "return first - spread / 2",
         "tests/core/objectives/test_scorpio.py"),
    Edit("core/objectives/_salience.py", "(k + 0.5) / steps", "k / steps", "tests/core/objectives/test_scorpio.py"),
    Edit("core/objectives/j_sigr.py", "kinds / 2 *", "kinds *", "tests/core/objectives/test_j_sigr.py"),
    Edit("core/objectives/_blur_saliency.py", "(soft - images) *", "soft *", "tests/core/objectives/test_j_sigr.py"),
    Edit("core/objectives/lipschitz_penalty.py", "max(better, -WORSE)", "max(better, -BETTER)",
         "tests/core/objectives/test_lipschitz_penalty.py"),
    Edit("core/objectives/lipschitz_penalty.py", "rms(slope).square()", "rms(slope)",
         "tests/core/objectives/test_lipschitz_penalty.py"),
    Edit("core/layers/sgam.py", "self.attention(images) *", "self.attention(images).detach() *",
         "tests/core/layers/test_sgam.py"),
    Edit("core/layers/half_huber_relu.py", "super().forward(t - 6)", "super().forward(t) * 0",
         "tests/core/layers/test_layers.py"),
    Edit("core/explainers/adversarial_explanation.py", "-label_loss(logits, classes)", "label_loss(logits, classes)",
         "tests/core/explainers/test_adversarial_explanation.py"),
    Edit("core/training/augment.py", "values.flip(3), values)", "values.flip(2), values)",
         "tests/core/training/test_augment.py"),
    Edit("core/training/awp.py", "gamma * before.norm()", "gamma", "tests/core/training/test_awp.py"),
    Edit("core/training/batch_gradient.py", "weight = len(batch) / batch.whole", "weight = 1 / len(batches)",
         "tests/core/training/test_loop.py"),
    # spurious regions and their bound
    Edit("core/spurious/score.py", "(support if supporting else 1 - support)", "(1 - support)",
         "tests/core/spurious/test_score.py"),
    Edit("core/spurious/score.py", "mean.clamp_min(0) / mean.amax", "mean.abs() / mean.amax"),
    Edit("core/spurious/lower_bound.py", "(two[0] + two[1]).sqrt()", "two[0].sqrt() + two[1].sqrt()",
         "tests/core/spurious/test_lower_bound.py"),
    Edit("core/spurious/lower_bound.py", "reach.min(dim=0)", "reach.max(dim=0)",
         "tests/core/spurious/test_lower_bound.py"),
    Edit("core/spurious/mask_statistics.py", "drifts.append(1 - jaccard", "drifts.append(jaccard",
         "tests/core/spurious/test_mask_statistics.py"),
    # how good a map is
    Edit("core/metrics/_curves.py", "places[which] < done[step]", "places[which] <= done[step]", METRICS),
    Edit("core/metrics/road.py", "(weights * x - conv2d", "(x - conv2d", METRICS),
    Edit("core/metrics/infidelity.py", "support * falls).sum", "support.abs() * falls).sum", METRICS),
    Edit("core/metrics/faithfulness_correlation.py", 'self.fill, "score")', 'self.fill, "probability")', METRICS),
    Edit("core/metrics/max_sensitivity.py", "lengths(subject.values, 1)", "lengths(subject.images, 1)", METRICS),
    Edit("core/metrics/local_lipschitz.py", "maps / maps.abs().amax(dim=(-2, -1)", "maps / maps.amax(dim=(-2, -1)",
         METRICS),
    Edit("core/metrics/_randomised.py", "reversed(list(net.modules()))", "list(net.modules())", METRICS),
    Edit("core/contracts/metric.py", "for seed in self.seeds]", "for _, seed in enumerate(range(len(self)))]", METRICS),
    Edit("core/contracts/explainer.py", 'if self.unit == "score" and len(images) > 1:', "if False:",
         "tests/core/explainers/test_batches.py"),
    Edit("core/explainer_league/pgca_weights.py", "/ 2 / math.log(2)", "/ math.log(2)"),
    Edit("core/explainer_league/standings.py", '(better == "higher")', '(better != "higher")'),
    Edit("core/explainer_league/league.py", "argmax(dim=1).cpu() == data.labels[places]",
         "argmax(dim=1).cpu() >= 0", "tests/core/explainer_league/test_league.py"),
    Edit("core/evaluation/holm.py", "(len(values) - place) *", "len(values) *"),
    # what is said of a study and of two models
    Edit("core/study/noise_control.py", "flat[:, order] * signs", "flat[:, order]", "tests/core/study/test_study.py"),
    Edit("core/study/measures.py", 'sign = 1.0 if MAP_DISTANCES[measure].moved == "higher" else -1.0',
         'sign = -1.0 if MAP_DISTANCES[measure].moved == "higher" else 1.0'),
    Edit("core/compare/curves.py", "(gained - lost) / count", "(lost - gained) / count"),
    Edit("core/compare/curves.py", "float(values.std(ddof=1))", "float(values.std(ddof=0))"),
    Edit("core/compare/image_batch.py", "top == labels", "top == answers",
         "tests/core/compare/test_image_batch.py tests/core/runs/tasks/test_compare.py"),
    Edit("core/evaluation/paired.py", "max(joint - count / 2, 0.0)", "joint", "tests/core/evaluation/test_paired.py"),
    # common corruptions
    Edit("core/corruptions/fog.py", "centre.roll(1, 2)", "centre.roll(-1, 2)", CORRUPTIONS),
    Edit("core/corruptions/glass_blur.py", "(0.25, 1, 2), (0.4, 1, 2)", "(0.25, 1, 1), (0.4, 1, 2)", CORRUPTIONS),
    Edit("core/corruptions/snow.py", "flakes.flip(2, 3)", "flakes.flip(3)", CORRUPTIONS),
    Edit("core/corruptions/elastic_transform.py", "twice=False)", "twice=True)", CORRUPTIONS),
    Edit("core/corruptions/_motion.py", "turn.sin()", "(-turn).sin()", CORRUPTIONS),
    Edit("core/contracts/corruption.py", "first + index)", "index)", CORRUPTIONS),
    Edit("core/evaluation/corruption_error.py", "each - clean_base for", "each - clean for"),
    Edit("core/evaluation/corruption_accuracy.py", "if cell != CLEAN]).mean", "]).mean"),
    Edit("core/base/proportion.py", "z * z / (4 * n * n)", "z * z / (2 * n * n)"),
)  # fmt: skip
