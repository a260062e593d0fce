"""Whose uploaded pictures are: an id that somebody learns brings them nothing."""

import io
from pathlib import Path

import pytest
from PIL import Image

from core.access.acting import acting_as
from core.access.belonging import belonging
from core.batch import collection
from core.batch.collection import Collection, Item
from core.images.samples import stored_picture
from core.images.uploads import keep_upload, may_see, upload_name, uploads
from core.spurious import marked_images
from tests.core.access.people import ANNA, BELA, EMMA, VERA
from tests.core.spurious.test_marked_images import a_set


def picture(shade: int = 90) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (12, 12), (shade, 20, 200)).save(out, "PNG")
    return out.getvalue()


def test_nobody_else_has_it_by_its_id(home: Path) -> None:
    with acting_as(BELA):
        image = keep_upload(picture(), "chest of Mr X.png")
        assert stored_picture(image).name == "chest of Mr X.png"
    for person in (EMMA, VERA):
        with acting_as(person):
            assert not may_see(image)
            assert uploads(9) == {}
            with pytest.raises(ValueError, match="this uploaded picture is no longer here"):
                stored_picture(f"{image}@0:100")
    with acting_as(ANNA):
        assert uploads(9) == {image: "chest of Mr X.png"}
    assert stored_picture(image).name == "chest of Mr X.png"


def test_who_has_the_bytes_has_the_picture(home: Path) -> None:
    for person in (BELA, EMMA):
        with acting_as(person):
            image = keep_upload(picture(), f"{person.name} of Mr X.png")
    for person in (BELA, EMMA):
        with acting_as(person):
            own = f"{person.name} of Mr X.png"
            assert uploads(9) == {image: own}, "each has the name under which they brought it, and no other"
            assert (upload_name(image), stored_picture(image).name) == (own, own)
    told = (home / "uploads" / f"{image.partition('/')[2]}.json").read_text()
    assert "Mr X" not in told, "nor does the file that is beside the picture tell it"
    with acting_as(VERA):
        assert not may_see(image)


def test_the_latest_of_ones_own_are_listed_however_many_others_bring(home: Path) -> None:
    with acting_as(BELA):
        mine = keep_upload(picture(1), "mine.png")
    with acting_as(EMMA):
        for shade in range(2, 8):
            keep_upload(picture(shade), f"{shade}.png")
    with acting_as(BELA):
        assert [*uploads(3)] == [mine]


def test_what_was_kept_before_people_signed_in_is_everybodys(home: Path) -> None:
    image = keep_upload(picture(), "old.png")
    with acting_as(VERA):
        assert stored_picture(image).name == "old.png"
        assert may_see("cifar10/0003")


def test_who_has_it_by_sharing_alone_is_told_no_name(home: Path) -> None:
    with acting_as(BELA):
        image = keep_upload(picture(), "chest of Mr X.png")
        belonging("uploads", image.partition("/")[2]).share(True, "upload")
    keep_upload(picture(), "Mr X again, from a shell.png")
    with acting_as(VERA):
        assert may_see(image)
        assert (upload_name(image), stored_picture(image).name) == ("picture", "picture")


def test_who_brings_what_was_everybodys_takes_it_from_nobody(home: Path) -> None:
    image = keep_upload(picture(), "old.png")
    gathered = Collection((Item(image, "old.png"),))
    together, marked = collection.keep(gathered), marked_images.keep(a_set())
    with acting_as(BELA):
        assert keep_upload(picture(), "Mr X.png") == image
        assert collection.keep(gathered) == together
        assert marked_images.keep(a_set()) == marked
    with acting_as(VERA):
        assert upload_name(image) == stored_picture(image).name == "old.png"
        assert collection.kept(together) == gathered
        assert marked_images.place(marked).is_file()


def test_what_one_has_brought_first_another_gets_by_bringing_it_alone(home: Path) -> None:
    with acting_as(BELA):
        image = keep_upload(picture(), "a.png")
        together, marked = collection.keep(Collection((Item(image, "a.png"),))), marked_images.keep(a_set())
    with acting_as(EMMA):
        with pytest.raises(ValueError, match="there is no collection"):
            collection.kept(together)
        with pytest.raises(ValueError, match="there are no marked images"):
            marked_images.place(marked)
        keep_upload(picture(), "b.png")
        assert collection.keep(Collection((Item(image, "a.png"),))) == together
        assert marked_images.keep(a_set()) == marked
        assert collection.kept(together).pictures == 1
    with acting_as(VERA):
        assert not may_see(image)
