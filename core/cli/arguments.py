"""The arguments of the commands that have many: what each is called and what is said of it."""

import argparse

from core.cli.out_folder import out_file, out_folder


def import_weights(made: argparse.ArgumentParser) -> None:
    made.add_argument("file", metavar="FILE", help="a .safetensors file, or a .pt, .pth or .bin file of torch.save, "
                      "which is converted by a process of its own")  # fmt: skip
    made.add_argument("--architecture", required=True, help="the network they belong to, such as resnet18 (of "
                      "torchvision) or cifar_resnet20; an unknown one is answered with the list")  # fmt: skip
    made.add_argument("--labels", required=True, help="the class names in the order of the outputs: with "
                      "commas between them, a file with one a line, or a data set: cifar10, imagenet ...")  # fmt: skip
    made.add_argument("--name", help="what it will be called (default: as the file)")
    made.add_argument("--mean", metavar="M,M,M", help="subtracted from each channel of values from 0 to 1")
    made.add_argument("--std", metavar="S,S,S", help="what each channel is then divided by")
    made.add_argument("--size", metavar="SIDE", help="of the images, in pixels; or channels,height,width")
    made.add_argument("--resize", type=int, metavar="N", help="the shorter side before the middle is cut out; 0: none")
    made.add_argument("--interpolation", metavar="FILTER", help="bicubic or bilinear. What is not said of the last "
                      "five is as usual for the architecture")  # fmt: skip


def refine(made: argparse.ArgumentParser) -> None:
    made.add_argument("base_too", nargs="?", metavar="BASE", help="the same as --base")
    made.add_argument("--base", help="the classifier to begin with: see `counterproof methods`")
    made.add_argument("--start", choices=("base", "scratch"), help="from its weights, or its architecture untrained")
    made.add_argument("--data", help="a data set: see `counterproof data`; or an .npz file, or a folder of pictures")
    made.add_argument("--objective", help="what is learned: see `counterproof methods`")
    made.add_argument("--set", action="append", default=[], metavar="PART.NAME=VALUE", dest="settings",
                      help="such as objective.eps=8/255 or schedule.epochs=3 (`counterproof methods schedule` "
                      "lists those); may be repeated")  # fmt: skip
    made.add_argument(
        "--preset", help="settings to begin with: quick, cifar10_quick, mnist, cifar10, paper, paper_control"
    )
    made.add_argument("--images", type=int, metavar="N", help="use only N of the training images (default 0: all)")
    made.add_argument("--device", default="cpu", help="cpu, cuda:0, cuda:0,cuda:1 ... (default cpu)")
    made.add_argument("--name", "--title", dest="title", help="your own words for the run")
    made.add_argument("--detach", action="store_true", help="do not wait for the end")


def evaluate(made: argparse.ArgumentParser) -> None:
    made.add_argument("classifiers", nargs="*", metavar="MODEL", help="see `counterproof methods`")
    made.add_argument("--data", help="a data set: see `counterproof data`; or an .npz file, or a folder of pictures")
    made.add_argument("--attacks", metavar="A,B", help="by key: see `counterproof methods`")
    made.add_argument("--strengths", metavar="S,S", help="of attacks in L-infinity, rising: 2/255,8/255 or 0.03,0.1")
    made.add_argument("--l2", metavar="S,S", dest="strengths_l2", help="of attacks in L2, rising: 0.25,0.5")
    made.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", dest="settings",
                      help="a parameter of an attack, such as pgd.steps=40; may be repeated")  # fmt: skip
    made.add_argument("--preset", help="settings to begin with: usual (default), mnist_study")
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


def case(made: argparse.ArgumentParser) -> None:
    made.add_argument("image", help="a picture file, or a gallery picture such as cifar10/0003")
    made.add_argument("--model", default="imagenet_efficientnet_lite0", help="see `counterproof methods`")
    made.add_argument("--attack", default="pgd")
    made.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", dest="settings",
                      help="a parameter, such as pgd.eps=8/255 or lime.samples=400; may be repeated")  # fmt: skip
    made.add_argument("--target", help="the class to turn the picture into: its name or number")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--out", type=out_folder, metavar="FOLDER", help="write pictures, arrays and manifest.json here")
