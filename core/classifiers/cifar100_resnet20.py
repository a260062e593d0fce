"""ResNet-20 for the hundred classes of CIFAR-100, trained by this project on a split drawn anew (see the cards)."""

from core.base.rng import seeded
from core.classifiers._packaged import Packaged
from core.classifiers._preprocessing import usual
from core.classifiers.cifar10_resnet20 import CAM_LAYER, ResNet20
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Source

LABELS = (
    "apple", "aquarium fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl",
    "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee",
    "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant",
    "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn mower",
    "leopard", "lion", "lizard", "lobster", "man", "maple tree", "motorcycle", "mountain", "mouse", "mushroom",
    "oak tree", "orange", "orchid", "otter", "palm tree", "pear", "pickup truck", "pine tree", "plain", "plate",
    "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark",
    "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower",
    "sweet pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train", "trout", "tulip",
    "turtle", "wardrobe", "whale", "willow tree", "wolf", "woman", "worm",
)  # fmt: skip


def fresh(seed: int = 0, labels: tuple[str, ...] = LABELS) -> Classifier:
    """An untrained classifier with weights drawn from `seed`, for its own classes or others."""
    with seeded(seed):
        net = ResNet20(len(labels))
    how = usual("cifar100_resnet20")
    return how.around(net, labels, key="cifar100_resnet20", cam_layer=CAM_LAYER, samples="cifar100")


class Cifar100ResNet20(Packaged):
    key = "cifar100_resnet20"
    title = "CIFAR-100 in a split drawn anew, ResNet-20"
    titles = {
        "standard": "Ordinary training · CIFAR-100 small pictures, split drawn anew",
        "fast_adversarial": "Refined, attacks alone · CIFAR-100 small pictures, split drawn anew",
        "lime_guided": "Refined, LIME-guided · CIFAR-100 small pictures, split drawn anew",
        "random_masks": "Refined, random regions (control) · CIFAR-100 small pictures, split drawn anew",
        "shuffled_masks": "Refined, another image's regions (control) · CIFAR-100 small pictures, split drawn anew",
    }
    fresh = staticmethod(fresh)


CLASSIFIERS: tuple[type[Source], ...] = (Cifar100ResNet20,)
