"""`counterproof cases`: list, show, delete and restore the cases of the casebook."""

import argparse
import json

from core.base.plain_line import plain_line
from core.casebook.answers import ExpertAnswer, answers_of
from core.casebook.casebook import Casebook
from core.casebook.records import CaseFilter, SavedCase
from core.cli.cases_files import cases_files
from core.cli.follow import Say

STATES = {"yes": True, "no": False, "": None}


def cases(given: argparse.Namespace, say: Say) -> int:
    """Do what the verb says; returns the exit code: 1 where a case to delete or to restore was not there."""
    if given.verb in ("export", "import"):
        return cases_files(given, say)
    book = Casebook.usual()
    if given.verb == "show":
        return _show(book, given.uid, given.json, say)
    if given.verb in ("delete", "undo"):
        uids = list(dict.fromkeys(given.uids))
        done = book.delete(uids) if given.verb == "delete" else book.undo(uids)
        what = "deleted" if given.verb == "delete" else "restored"
        say(f"{done} of {len(uids)} cases {what}.")
        return 0 if done == len(uids) else 1
    if given.verb == "purge":
        say(f"{len(book.purge())} cases removed for good.")
        return 0
    found = book.find(_filter(given))
    if given.json:
        say(json.dumps([case.to_json() for case in found], indent=1))
        return 0
    for case in found:
        say(line(case))
    if not found:
        say("No case is like that." if book.count() else "There are no cases yet. Save one on the page Inspect.")
    return 0


def line(case: SavedCase) -> str:
    """A case on one line: uid, when it was saved, what became of it, and its title."""
    tags = f"  [{', '.join(map(plain_line, case.tags))}]" if case.tags else ""
    return f"{case.uid}  {case.created:%Y-%m-%d %H:%M}  {state(case):<8}  {plain_line(case.title)}{tags}"


def state(case: SavedCase) -> str:
    """What became of it, in a word: of a comparison, whether the refinement defended."""
    if case.defended:
        return "defended"
    return {True: "fooled", False: "held", None: "open"}[case.fooled]


def _filter(given: argparse.Namespace) -> CaseFilter:
    return CaseFilter(given.text, given.kind, given.model, given.attack, STATES[given.fooled], STATES[given.defended],
                      given.label, tuple(given.tag), deleted=given.deleted)  # fmt: skip


def _show(book: Casebook, uid: str, as_json: bool, say: Say) -> int:
    case, answers = book.get(uid), answers_of(book, uid)
    if as_json:
        told = [{"expert": each.expert, "created": str(each.created), "order_shown": each.order_shown,
                 "verdict": each.verdict, "guess": each.guess, "attacked_side": each.attacked_side,
                 "comment": each.comment} for each in answers]  # fmt: skip
        say(json.dumps(case.to_json() | {"answers": told, "folder": str(book.folder(uid))}, indent=1))
        return 0
    say(line(case))
    models = case.classifier + (f" | {case.classifier_after}" if case.classifier_after else "")
    facts = {"picture": case.image_name, "labelled": case.label, "model": models, "attack": case.attack,
             "answers": f"{case.answer_before}, attacked {case.answer_after}", "folder": str(book.folder(uid)),
             "deleted": str(case.deleted or "")}  # fmt: skip
    for name, value in facts.items():
        if value:
            say(f"  {name:<9} {plain_line(value)}")
    for text in case.note.splitlines():
        say(f"  | {plain_line(text)}")
    for each in answers:
        say(f"  {_said(each)}")
    return 0


def _said(answer: ExpertAnswer) -> str:
    parts = [answer.verdict or "", f"took the {answer.guess} one for attacked" if answer.guess else "", answer.comment]
    return f"{plain_line(answer.expert)}: {'; '.join(plain_line(each) for each in parts if each)}"
