"""The mistakes in trainings by maps of support: what LIME's weights mean, what is drawn by lot, what a target is."""

from tests.mutants.edit import Edit

OBJECTIVES = "tests/core/objectives/test_"
SUPPORT, RECTANGLES = "tests/core/spurious/test_support.py", "tests/core/occlusion/test_rectangles.py"
ASKING = "tests/core/recipes/test_lime_asking.py"
SOFT, CONSISTENT = f"{OBJECTIVES}lime_soft_label.py", f"{OBJECTIVES}masked_consistency.py"
CUTMIX, ERASING, MAPS = (f"{OBJECTIVES}{name}.py" for name in ("guided_cutmix", "hardness_erasing", "support_maps"))

MAP_EDITS = (
    Edit("core/spurious/support.py", "* index.shape[1] / sizes.clamp_min(1)", "* mean.shape[1]", SUPPORT),
    Edit("core/spurious/support.py", "mean / total.clamp_min(FLOOR)", "mean / mean.abs().sum(dim=1, keepdim=True)",
         SUPPORT),
    Edit("core/spurious/support.py", "(some - nothing) / rise", "some / all_", SUPPORT),
    Edit("core/spurious/map_statistics.py", "1 - _mean_correlation(small[both]", "_mean_correlation(small[both]",
         "tests/core/spurious/test_map_statistics.py"),
    Edit("core/occlusion/rectangles.py", "(1 - drawn[..., 0]).sqrt()", "(1 - drawn[..., 0])", RECTANGLES),
    Edit("core/occlusion/rectangles.py", "fits = (high < height) & (wide < width)", "fits = high <= height",
         RECTANGLES),
    Edit("core/objectives/_support_maps.py", "batch.labels if self.explained == \"true\" else",
         "batch.labels if self.explained != \"free\" else", MAPS),
    Edit("core/objectives/_support_maps.py", "lime_weights(teacher, images", "lime_weights(classifier, images", MAPS),
    Edit("core/objectives/lime_soft_label.py", "visible_support(mine, ~hidden)", "visible_support(mine, hidden)", SOFT),
    Edit("core/objectives/lime_soft_label.py", "visible_support(theirs, hidden)", "visible_support(theirs, ~hidden)",
         SOFT),
    Edit("core/objectives/lime_soft_label.py", "torch.where(rows, own, 1.0)", "own", SOFT),
    Edit("core/objectives/lime_soft_label.py", "MEMORY * value + (1 - MEMORY) * parts.get(name, 0.0)",
         "MEMORY * value + parts.get(name, 0.0) * (name == \"support\")", SOFT),
    Edit("core/objectives/masked_consistency.py", "noise = -(-drawn.clamp(1e-7, 1 - 1e-7).log()).log()",
         "noise = drawn", CONSISTENT),
    Edit("core/objectives/masked_consistency.py", "divergence(log_probabilities(clean), log_probabilities(moved))",
         "divergence(log_probabilities(moved), log_probabilities(clean))", CONSISTENT),
    Edit("core/objectives/guided_cutmix.py", "down - top, right - left", "down, right", CUTMIX),
    Edit("core/objectives/guided_cutmix.py", "-maps if self.mask_source == \"least\" else maps", "maps", CUTMIX),
    Edit("core/objectives/hardness_erasing.py", "* batch.trained", "* (1 - batch.trained)", ERASING),
    Edit("core/objectives/_altered_images.py", "soft_cross_entropy(classifier(x), seen.targets), seen.images",
         "soft_cross_entropy(classifier(x), seen.targets), batch.images", SOFT),
    Edit("core/objectives/_support_maps.py", "bf16, self.near)", "bf16)", MAPS),
    Edit("core/occlusion/lime_engine.py", "closeness(keep, counts) if near else",
         "closeness(keep, counts) if True else", ASKING),
    Edit("core/recipes/lime_asking.py", "(self.classes == classes)[:, None]", "(classes == classes)[:, None]", ASKING),
    Edit("core/recipes/lime_asking.py", "known + float(counted.sum()) / 4", "known + float(counted.sum())", ASKING),
)  # fmt: skip
