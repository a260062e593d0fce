"""`counterproof cases export` and `import`: cases as a ZIP, as a page or as a PDF, and brought in again."""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from core.base.atomic_files import whole, write_whole
from core.base.plain_line import plain_line
from core.casebook.archives.export import zipped
from core.casebook.archives.import_zip import import_zip
from core.casebook.casebook import Casebook
from core.cli.follow import Say
from core.cli.out_folder import expect_new

FORMS = (".zip", ".html", ".pdf")


def export(book: Casebook, uids: Sequence[str], out: Path, say: Say) -> int:
    """Write the cases to `out`, in the form that its name ends in; ValueError for another one."""
    form = out.suffix.lower()
    if form not in FORMS:
        raise ValueError(f"expected the name of the file to end in {', '.join(FORMS)}, got {out.name!r}")
    expect_new(out)
    if form == ".zip":
        with zipped(book, uids) as made, whole(out) as file:
            shutil.copyfileobj(made, file)
    elif form == ".html":
        from core.casebook.reporting.html_report import report

        write_whole(out, report(book, uids).encode())
    else:
        from core.casebook.reporting.pdf_report import pdf

        write_whole(out, pdf(book, uids))
    count = len(set(uids))
    say(f"{count} case{'' if count == 1 else 's'} written to {out}")
    return 0


def bring_in(book: Casebook, files: Sequence[Path], say: Say) -> int:
    """Import each archive, all of it or nothing; the exit code: 0 if all came in, 2 if one was refused."""
    code = 0
    for path in files:
        try:
            found = import_zip(book, path, path.name)
        except (ValueError, OSError) as error:
            say(f"{plain_line(path.name)} was refused: {plain_line(str(error))}")
            code = 2
            continue
        say(f"{plain_line(path.name)}: {' '.join(found.sentences())}")
        for case in (*found.added, *found.known):
            say(f"  {case.uid}  {plain_line(case.title)}")
    return code


def cases_files(given: argparse.Namespace, say: Say) -> int:
    """Do what the verb says, `export` or `import`; returns the exit code."""
    book = Casebook.usual()
    return export(book, given.uids, given.out, say) if given.verb == "export" else bring_in(book, given.files, say)
