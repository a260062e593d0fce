"""Maps from gradients: SHAP for one class beside `shap` asked for all, and Grad-CAM++ beside `torchcam`."""

from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.shap_gradient import ShapGradient
from core.occlusion.backgrounds import background
from tests.bench.subjects import large, pictures, plain, small
from tests.bench.timing import Row, Settings, Work, faster, race


def shap_gradient(settings: Settings) -> list[Row]:
    from shap import GradientExplainer

    classifier = small()
    images, answers = pictures(classifier, 1)
    samples = settings.pick(50, 10)
    others = background("gallery", classifier, images, 0)
    method = ShapGradient(samples=samples, background="gallery")
    apart = plain(classifier)

    def theirs(repeat: int) -> None:
        GradientExplainer(apart, others).shap_values(images.clone(), nsamples=samples, rseed=repeat)

    works: dict[str, Work] = {
        "ours": lambda repeat: method(classifier, images, answers, seed=repeat), "shap": theirs,
    }  # fmt: skip
    times = race(works, settings.pick(7, 1))
    note = f"32 px, {samples} samples, {len(others)} background images, one class against 10, {classifier.key}, fp32"
    return [
        faster("SHAP gradient, one class", "shap, all classes", 5, times["ours"], times["shap"], note, samples=samples)
    ]


def grad_cam_pp(settings: Settings) -> list[Row]:
    from torchcam.methods import GradCAMpp

    rows = []
    for classifier in (large(), small()):
        images, answers = pictures(classifier, 1)
        apart = plain(classifier)
        target, method = int(answers[0]), GradCAMPP()
        with GradCAMpp(apart, f"1.{classifier.cam_layer}") as extractor:

            def theirs(_repeat: int, apart=apart, images=images, target=target, extractor=extractor) -> None:  # type: ignore[no-untyped-def]
                extractor(target, apart(images), normalized=False)

            def ours(_repeat: int, classifier=classifier, images=images, answers=answers, method=method) -> None:  # type: ignore[no-untyped-def]
                method(classifier, images, answers)

            times = race({"ours": ours, "torchcam": theirs}, settings.pick(15, 3))
        side = classifier.size[1]
        note = f"one image, {classifier.key}, fp32; ours scales the map up to {side} px, torchcam leaves it small"
        rows.append(faster(f"Grad-CAM++, {side} px", "torchcam", 1, times["ours"], times["torchcam"], note))
    return rows


ROWS = {"shap_gradient": shap_gradient, "grad_cam_pp": grad_cam_pp}
