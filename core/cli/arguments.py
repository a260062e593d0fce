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
    made.add_argument("--layer", action="append", default=[], metavar="LAYER", dest="layers", help="put into the "
                      "network first: half_huber_relu or sgam; may be repeated")  # fmt: skip
    made.add_argument("--set", action="append", default=[], metavar="PART.NAME=VALUE", dest="settings",
                      help="such as objective.eps=8/255 or schedule.epochs=3 (`counterproof methods schedule` "
                      "lists those); may be repeated")  # fmt: skip
    made.add_argument(
        "--preset", help="settings to begin with: quick, cifar10_quick, mnist, cifar10, fgmf, paper, paper_control"
    )
    made.add_argument("--images", type=int, metavar="N", help="use only N of the training images (default 0: all)")
    made.add_argument("--device", default="cpu", help="cpu, cuda:0, cuda:0,cuda:1 ... (default cpu)")
    made.add_argument("--name", "--title", dest="title", help="your own words for the run")
    made.add_argument("--detach", action="store_true", help="do not wait for the end")


def case(made: argparse.ArgumentParser) -> None:
    made.add_argument("image", help="a picture file, or a gallery picture such as cifar10/0003")
    made.add_argument("--model", default="imagenet_efficientnet_lite0", help="see `counterproof methods`")
    made.add_argument("--attack", default="pgd")
    made.add_argument("--set", action="append", default=[], metavar="METHOD.NAME=VALUE", dest="settings",
                      help="a parameter, such as pgd.eps=8/255 or lime.samples=400; may be repeated")  # fmt: skip
    made.add_argument("--target", help="the class to turn the picture into: its name or number")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--out", type=out_folder, metavar="FOLDER", help="write pictures, arrays and manifest.json here")


def audit(made: argparse.ArgumentParser) -> None:
    made.set_defaults(verb="list", of="")
    verbs = made.add_subparsers(metavar="VERB")
    check = verbs.add_parser("verify", help="whether any entry was altered, removed, inserted or moved; 1 if so")
    check.add_argument("--expect", default="", metavar="HASH", help="the hash of an entry that was noted elsewhere")
    listed = verbs.add_parser("list", help="every entry in plain words")
    export = verbs.add_parser("export", help="write the entries into a file")
    export.add_argument("--format", choices=("jsonl", "html"), default="jsonl", help="JSON lines, or a page to read")
    export.add_argument("--out", type=out_file, required=True, metavar="FILE")
    for verb, part in {"verify": check, "list": listed, "export": export}.items():
        part.set_defaults(verb=verb)
        if verb != "verify":
            part.add_argument("--run", default="", metavar="ID", help="only the entries about this run", dest="of")
