"""The arguments of the commands that have many: what each is called and what is said of it."""

import argparse
from pathlib import Path

from core.cli.out_folder import out_file, out_folder


def import_weights(made: argparse.ArgumentParser) -> None:
    made.add_argument("file", metavar="FILE", help="a .safetensors file; or a .pt, .pth or .bin file of torch.save, or "
                      "an .onnx file, which are converted by a process of its own")  # fmt: skip
    made.add_argument("--architecture", help="the network they belong to, such as resnet18 (of torchvision), "
                      "timm:convnext_tiny or cifar_resnet20; an unknown one is answered with the list. An .onnx file "
                      "says it itself")  # fmt: skip
    made.add_argument("--labels", required=True, help="the class names in the order of the outputs: with "
                      "commas between them, a file with one a line, or a data set: cifar10, imagenet ...")  # fmt: skip
    made.add_argument("--name", help="what it will be called (default: as the file)")
    made.add_argument("--mean", metavar="M,M,M", help="subtracted from each channel of values from 0 to 1")
    made.add_argument("--std", metavar="S,S,S", help="what each channel is then divided by")
    made.add_argument("--range", metavar="LOW,HIGH", help="what mean and std are for, where not values from 0 to 1: "
                      "such as 0,255 or -1024,1024; black becomes the first, white the second")  # fmt: skip
    made.add_argument("--output", choices=("softmax", "sigmoid", "multi-label"), help="sigmoid: one output, the "
                      "probability of the second label; multi-label: a sigmoid for each label, and a model for each "
                      "finding (default: softmax, or sigmoid where there is one output)")  # fmt: skip
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
                      "network first: see `counterproof methods`; may be repeated")  # fmt: skip
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
    made.add_argument("--window", type=float, nargs=2, metavar=("LOW", "HIGH"), help="of a picture of more than 8 bits "
                      "(16-bit PNG or TIFF, DICOM): what is black and what is white, in the file's own "
                      "numbers (default: the window in the file, or else its own range)")  # fmt: skip
    made.add_argument("--frame", type=int, metavar="N", help="of a DICOM file, from 1 (default: the middle one)")
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


def cases(made: argparse.ArgumentParser) -> None:
    made.set_defaults(verb="list", **{name: "" for name in ("text", "kind", "model", "attack", "fooled", "defended",
                                                            "label")}, tag=[], json=False, deleted=False)  # fmt: skip
    verbs = made.add_subparsers(metavar="VERB")
    listed = verbs.add_parser("list", help="the cases, the newest first")
    listed.add_argument("--text", default="", help="words in the title, note, tags, answers or the picture's name")
    listed.add_argument("--kind", default="", choices=("image", "comparison"))
    listed.add_argument("--model", default="", help="see `counterproof methods`")
    listed.add_argument("--attack", default="", help="by its key, such as pgd")
    listed.add_argument("--fooled", default="", choices=("yes", "no"), help="whether the attack reached its aim")
    listed.add_argument("--defended", default="", choices=("yes", "no"),
                        help="comparisons: whether only the model before refinement was fooled")  # fmt: skip
    listed.add_argument("--label", default="", help="what the picture shows")
    listed.add_argument("--tag", default=[], action="append", help="may be repeated: then all of them")
    listed.add_argument("--deleted", action="store_true", help="those that were deleted and can be restored")
    show = verbs.add_parser("show", help="one case: all that is noted of it, and the answers of experts")
    show.add_argument("uid", metavar="UID")
    for part in (listed, show):
        part.add_argument("--json", action="store_true", help="as JSON")
    delete = verbs.add_parser("delete", help="put cases aside; for 30 days they can be restored")
    undo = verbs.add_parser("undo", help="restore deleted cases")
    for part in (delete, undo):
        part.add_argument("uids", nargs="+", metavar="UID")
    purge = verbs.add_parser("purge", help="remove for good what was deleted more than 30 days ago")
    take = verbs.add_parser("export", help="write cases to a file: .zip, or a report that ends in .html or .pdf")
    take.add_argument("uids", nargs="+", metavar="UID")
    take.add_argument(
        "--out", type=out_file, required=True, metavar="FILE", help="cases.zip, report.html or report.pdf"
    )
    bring = verbs.add_parser("import", help="bring in cases from such a .zip, or from one downloaded on Inspect")
    bring.add_argument("files", nargs="+", type=Path, metavar="FILE.zip")
    for verb, part in {"list": listed, "show": show, "delete": delete, "undo": undo, "purge": purge, "export": take,
                       "import": bring}.items():  # fmt: skip
        part.set_defaults(verb=verb)
