"""The table of defences: every objective of the literature is in it, controls are not, and a number says on what."""

from core.catalog import LAYERS, OBJECTIVES
from core.checkpoints.card import Card
from core.recipes.defence_checkpoints import DEFENCES
from core.recipes.defence_table import claims, defence_table, method_of

USUAL = {"cross_entropy", "fast_adversarial", "pgd_adversarial", "trades"}  # what the others are set beside
GPU = {"nuat", "n_fgsm"}  # trained by presets and by ON_A_GPU
WITH_ANOTHER = {"half_huber_relu", "silu", "auxiliary_batch_norm", "batch_norm"}  # layers that go with an objective
OURS = {  # put together here, so that nobody has claimed anything of them; their numbers are those of trials
    "auxiliary_view", "lime_soft_label", "masked_consistency", "guided_cutmix", "hardness_erasing",
}  # fmt: skip
UNTRAINED = {"pixel_reweighted"}
CLEAN = {"accuracy": 0.9, "interval_95": [0.8, 0.95], "count": 100}


def test_each_defence_has_a_claim_and_a_recipe() -> None:
    known = {claim.method for claim in claims()}
    assert known == {*OBJECTIVES, *LAYERS, "fgmf"} - USUAL - WITH_ANOTHER - OURS
    trained = {
        method_of(Card(objective={"method": recipe.request.objective.key},
                       layers=[{"method": layer.key} for layer in recipe.request.layers]))
        for recipe in DEFENCES.values()
    }  # fmt: skip
    assert trained == known - {"lime_guided"} - GPU - UNTRAINED, "that one is among the shipped refinements"
    unjudged = {each.request.objective.key for each in DEFENCES.values() if not each.judged}
    assert unjudged == {"right_reasons"}, "that one is about a square; all others choose their epoch under attack"


def test_a_row_says_claim_checkpoint_and_numbers() -> None:
    attacked = CLEAN | {"eps": 0.2, "accuracy": 0.5}
    carried = CLEAN | {"eps": 0.2, "accuracy": 0.7}
    card = Card(objective={"method": "cure"}, test_clean=CLEAN, test_pgd20=attacked, test_transfer=carried)
    control = Card(objective={"method": "lime_guided", "mask_source": "random"}, test_clean=CLEAN)
    told = defence_table({"mnist_cnn:cure": card, "mnist_cnn:random_masks": control})
    (row,) = (line for line in told.splitlines() if "`mnist_cnn:cure`" in line)
    assert "CURE (makes no attacks)" in row
    assert "41.4 % reported" in row
    assert "90.0 % (80.0 to 95.0; 100)" in row
    assert "50.0 % (80.0 to 95.0; 100, at 51/255)" in row
    head = [cell.strip() for cell in told.splitlines()[2].split("|")]
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[head.index("carried over")] == "70.0 % (80.0 to 95.0; 100, at 51/255)"
    assert row.count("not measured") == told.splitlines()[4].count("not measured") - 3
    assert "random_masks" not in told
    assert sum("no checkpoint" in line for line in told.splitlines()) == len(claims()) - 1
