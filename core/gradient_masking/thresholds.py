"""Every threshold of the checklist, and where it comes from.

A check passes where the whole 95 % interval lies on the good side of its threshold, fails where the whole of it lies on
the bad side, and cannot be told in between; so few images tell little.
"""

ATTACKS_DIFFER = 0.05
"""Share of images that one attack may find and another may not. This project's choice, after the five points by which
its gate G1 lets AutoAttack stay below PGD; AutoAttack itself warns from 0.002 for Square, which would take thousands of
images to tell."""

STEPS_DIFFER = 0.005
"""Share of images by which twice the steps may change the accuracy: gate G6, half a point (after Carlini et al. 2019,
arXiv 1902.06705: doubling the steps should change nothing). Passed where the share itself is below, whatever its
interval; failed where the whole interval is above."""

NO_GRADIENT = 0.05
"""Share of images that may have no gradient. This project's choice; Pintor et al. 2021 (arXiv 2106.09947), indicator 1,
allow none, which no finite number of images can show."""

CHANCE = 0.05
"""Share of images that may withstand an attack without a bound, or chance, 1 over the number of classes, where that is
more. No classifier does better than chance there (Carlini et al. 2019); that it may do as well is this project's choice
for a thousand classes."""

COSINE = 0.3
"""Mean cosine between the gradients at an image and at a random point within the strength, below which gradients say
little about their neighbourhood. This project's choice; Andriushchenko, Flammarion 2020 (arXiv 2007.02617) see
cosines near 0 where single-step training has collapsed."""

HIGH = 0.5
"""Share of images that must withstand a gradient attack before a rough loss surface is suspicious: where the attack
succeeds anyway, nothing is masked. This project's choice."""

UNFORESEEN = 0.5
"""The part of the harm done within the strength that the gradient may fail to foretell. This project's choice. gamma of
Qin et al. 2019 (arXiv 1907.02610), who name no threshold, is told beside it but not judged: adversarially trained
networks have a large one too, because their gradient promises more harm than there is, and that masks nothing."""

CURVED = 100.0
"""How many times the change by slope the curvature may add within the strength. This project's choice, made after
seeing its own networks, whose means lie between 1 and 42."""

UNSTABLE = 0.1
"""Mean relative change of the lead under tiny random noise: indicator 2 of Pintor et al. 2021, told there as a number;
that a tenth is too much is this project's choice."""

PROGRESS = 0.05
"""What the loss may still gain in the last ten steps, as a part of all that it gained: Pintor et al. 2021, indicator
4."""

APART = 1e-4
"""How far scores may lie apart between passes, over their length: after AutoAttack (Croce, Hein 2020, arXiv
2003.01690), which brings both to length 1 first and so does not see a length that changes."""
