"""The arguments of the commands that measure models: what each is called and what is said of it."""

import argparse

from core.cli.out_folder import out_file, out_folder


def evaluate(made: argparse.ArgumentParser) -> None:
    made.add_argument("classifiers", nargs="*", metavar="MODEL", help="see `counterproof methods`")
    made.add_argument("--data", help="a data set: see `counterproof data`; or an .npz file, or a folder of pictures")
    made.add_argument("--attacks", metavar="A,B", help="by key: see `counterproof methods`")
    made.add_argument("--strengths", metavar="S,S", help="of attacks in L-infinity, rising: 2/255,8/255 or 0.03,0.1")
    made.add_argument("--l2", metavar="S,S", dest="strengths_l2", help="of attacks in L2, rising: 0.25,0.5")
    made.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", dest="settings",
                      help="a parameter of an attack, such as pgd.steps=40; may be repeated")  # fmt: skip
    made.add_argument("--preset", help="settings to begin with: usual (default), autoattack, mnist_study")
    made.add_argument("--out", type=out_folder, metavar="FOLDER", help="write a report (HTML), a row for each image, "
                      "attack and strength (CSV), and the numbers (JSON) here")  # fmt: skip
    made.add_argument("--count", type=int, metavar="N", help="images, drawn by the seed (default 1000)")
    made.add_argument("--batch", type=int, metavar="N", help="images at once (default 100)")
    made.add_argument("--seed", type=int)
    made.add_argument("--only-standing", action="store_true", default=None,
                      help="give each attack only what those before it have left: faster, and tells the worst case "
                      "alone")  # fmt: skip
    made.add_argument("--device", default="cpu", help="cpu, cuda:0 ... (default cpu)")
    made.add_argument("--name", "--title", dest="title", help="your own words for the run")
    made.add_argument("--detach", action="store_true", help="do not wait for the end")


def corruptions(made: argparse.ArgumentParser) -> None:
    made.add_argument("models", nargs="+", metavar="MODEL", help="see `counterproof methods`; the first is what the "
                      "others are compared with")  # fmt: skip
    made.add_argument("--data", required=True, help="a data set: see `counterproof data`; or an .npz file, or a folder "
                      "of pictures")  # fmt: skip
    made.add_argument("--count", type=int, default=1000, metavar="N", help="the first N test images (default 1000)")
    made.add_argument("--batch", type=int, default=100, metavar="N", help="images at once (default 100)")
    made.add_argument("--seed", type=int, default=0, help="of what the corruptions draw (default 0)")
    made.add_argument("--official", default="", metavar="SET", help="read the published files instead of corrupting "
                      "the data: CIFAR-10-C, CIFAR-100-C, or a folder with such files")  # fmt: skip
    made.add_argument("--fetch", action="store_true", help="bring the published files onto this machine first: 2.9 GB")
    made.add_argument("--device", default="cpu", help="cpu or cuda:0 (default cpu)")
    made.add_argument("--out", type=out_file, metavar="FILE", help="write what was found here, as JSON")


def ara(made: argparse.ArgumentParser) -> None:
    made.add_argument("model", metavar="MODEL", help="see `counterproof methods`")
    made.add_argument("--data", default="cifar10", help="a data set: see `counterproof data`; or an .npz file, or a "
                      "folder of pictures (default cifar10)")  # fmt: skip
    made.add_argument("--split", choices=("test", "train"), default="test")
    made.add_argument("--count", type=int, default=1000, metavar="N", help="how many images (default 1000)")
    made.add_argument("--seed", type=int, default=1776, help="of their order (default 1776, as published)")
    made.add_argument("--batch", type=int, default=25, metavar="N", help="images at a time; each batch is saved")
    made.add_argument("--steps", type=int, default=450, metavar="N", help="of the search in RMS (default 450)")
    made.add_argument("--norms", default="rms,l2,linf", help="rms is what the areas are made of (default rms,l2,linf)")
    made.add_argument("--device", default="cpu", help="cpu, cuda:0 ... (default cpu)")
    made.add_argument("--out", type=out_file, metavar="FILE", help="write the numbers here, as JSON")


def explainers(made: argparse.ArgumentParser) -> None:
    made.add_argument("model", nargs="?", metavar="MODEL", help="the classifier: see `counterproof methods`")
    made.add_argument("--data", help="a data set: see `counterproof data`; or an .npz file, or a folder of pictures")
    made.add_argument("--count", type=int, default=100, metavar="N", help="test images that are right (default 100)")
    made.add_argument("--explainers", metavar="KEY,KEY", help="by key (default: all that can explain this model)")
    made.add_argument("--metrics", metavar="KEY,KEY", help="by key (default: all that need no mask)")
    made.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", dest="settings",
                      help="a parameter of a method that is named, such as lime.samples=200; may be "
                      "repeated")  # fmt: skip
    made.add_argument("--stability", metavar="STRENGTH", help="also how still maps stay under PGD, such as 2/255")
    made.add_argument("--group", metavar="CLASS,CLASS", help="classes that make one of two groups, for PGCA's fairness")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--device", default="cpu", help="cpu, cuda:0 ... (default cpu)")
    made.add_argument("--out", type=out_file, metavar="FILE.json", help="write the standings and every number here")
    made.add_argument("--run", dest="of_run", metavar="ID", help="print the table of a league that has completed")


def detect(made: argparse.ArgumentParser) -> None:
    made.add_argument("classifier", nargs="?", metavar="MODEL", help="see `counterproof methods`")
    made.add_argument("--data", help="a data set: see `counterproof data`; or an .npz file, or a folder of pictures")
    made.add_argument("--preset", default="mnist_study", help="settings to begin with: mnist_study (default), cifar10")
    made.add_argument("--attacks", metavar="A,B", help="by key: see `counterproof methods`")
    made.add_argument("--strengths", metavar="S,S", help="in L-infinity, rising: 2/255,8/255 or 0.1,0.2")
    made.add_argument("--strength", metavar="S", help="the one of these that detectors learn from")
    made.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", dest="settings",
                      help="a parameter of an attack, the explainer or a detector; may be repeated")  # fmt: skip
    made.add_argument("--explainer", metavar="KEY", help="whose maps are the signatures (default: SHAP)")
    made.add_argument("--detectors", metavar="KEY,KEY", help="by key: see `counterproof methods`; KEY-WORD is a "
                      "further one of a kind, of which --set KEY-WORD.NAME=VALUE sets a parameter")  # fmt: skip
    made.add_argument("--learn-from", choices=("train", "test"), help="the split that detectors learn from (default "
                      "train)")  # fmt: skip
    for name, what in (("learning", "images that detectors learn from"), ("calibration", "images that set thresholds"),
                       ("testing", "test images"), ("knowing", "images for the attacker who knows"),
                       ("batch", "images at once"), ("seed", "of all that is drawn")):  # fmt: skip
        made.add_argument(f"--{name}", type=int, metavar="N", help=what)
    made.add_argument("--noise-learnt", action="store_true", default=None, help="show detectors ordinary noise too, as "
                      "no attack")  # fmt: skip
    which = made.add_mutually_exclusive_group()
    which.add_argument("--critical", type=float, metavar="SHARE", help="of the pixels called critical (default 0.1)")
    which.add_argument("--critical-deviations", type=float, metavar="K", help="call those pixels critical instead "
                       "whose importance is above the mean by more than K standard deviations")  # fmt: skip
    made.add_argument("--false-alarm", type=float, metavar="SHARE", help="of originals that a threshold may call "
                      "attacked (default 0.05)")  # fmt: skip
    made.add_argument("--device", default="cpu", help="cpu, cuda:0 ... (default cpu)")
    made.add_argument("--name", "--title", dest="title", help="your own words for the run")
    made.add_argument("--out", type=out_folder, metavar="FOLDER", help="write the report, scores and numbers here")
    made.add_argument("--detach", action="store_true", help="do not wait for the end")


def batch(made: argparse.ArgumentParser) -> None:
    made.add_argument("classifier", metavar="MODEL", help="see `counterproof methods`")
    made.add_argument("pictures", nargs="?", default="", metavar="FOLDER|ZIP", help="pictures, in folders named after "
                      "their classes if these are known; or the name of pictures gathered before, such as "
                      "set/0123456789abcdef")  # fmt: skip
    made.add_argument("--data", default="", help="test images of a data set instead: see `counterproof data`")
    made.add_argument("--count", type=int, default=100, metavar="N", help="of the data set, drawn (default 100)")
    made.add_argument("--draw-seed", type=int, default=0, metavar="N", help="by which these are drawn (default 0)")
    made.add_argument("--attack", default="pgd", metavar="KEY", help="see `counterproof methods` (default pgd)")
    made.add_argument("--explainers", default="", metavar="KEY,KEY", help="whose maps are drawn (default: none)")
    made.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", dest="settings",
                      help="a parameter, such as pgd.eps=8/255 or lime.samples=400; may be repeated")  # fmt: skip
    made.add_argument("--explained", choices=("answer", "original"), default="answer", help="what maps explain: the "
                      "answer to each picture, or the original answer")  # fmt: skip
    made.add_argument("--controls", type=int, default=3, metavar="N", help="draws of each control (default 3)")
    made.add_argument("--seed", type=int, default=0, help="of what attack and explainers draw (default 0)")
    made.add_argument("--device", default="cpu", help="cpu, cuda:0 ... (default cpu)")
    made.add_argument("--name", "--title", dest="title", default="", help="your own words for the run")
    made.add_argument("--out", type=out_file, metavar="FILE", help="write what was found here: .json (everything), "
                      ".csv (a row a picture) or .html (a report)")  # fmt: skip
    made.add_argument("--detach", action="store_true", help="do not wait for the end")


def evidence(made: argparse.ArgumentParser) -> None:
    made.add_argument("model", metavar="MODEL", help="see `counterproof methods`")
    made.add_argument("--out", type=out_folder, required=True, metavar="FOLDER", help="an empty folder or a new one")


def masking(made: argparse.ArgumentParser) -> None:
    made.add_argument("model", metavar="MODEL", help="see `counterproof methods`")
    made.add_argument("--data", required=True, help="a data set: see `counterproof data`; or an .npz file, or a folder "
                      "of pictures")  # fmt: skip
    made.add_argument("--eps", metavar="S", help="the strength, such as 8/255 (default: 51/255 on one grey channel, as "
                      "of digits, else 8/255)")  # fmt: skip
    made.add_argument("--surrogate", default="", metavar="MODEL", help="a second model, to make attacked pictures with "
                      "and see whether they fool the first")  # fmt: skip
    made.add_argument("--split", choices=("test", "train"), default="test")
    made.add_argument("--count", type=int, default=200, metavar="N", help="images, drawn by the seed (default 200)")
    made.add_argument("--batch", type=int, default=100, metavar="N", help="images at once (default 100)")
    made.add_argument("--queries", type=int, default=1000, metavar="N", help="how often Square may ask (default 1000)")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--device", default="cpu", help="cpu, cuda:0 ... (default cpu)")
    made.add_argument("--out", type=out_file, metavar="FILE", help="write what was found here, as JSON")
