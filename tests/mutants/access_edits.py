"""The mistakes in who may do what, and whose things are."""

from tests.mutants.edit import Edit

PERMISSION = "tests/core/access/test_permission.py"
POLICY = "tests/core/access/test_policy.py"
RUNS = "tests/core/runs/test_owners.py"
CASES = "tests/core/casebook/test_owners.py"
GATE = "tests/app/access/test_gate.py"
OPENED = "tests/app/background/test_opened_cases.py"
UPLOADS = "tests/core/images/test_whose_uploads.py"
DATA = "tests/core/data/test_whose_data.py"
DETECTORS = "tests/core/detection/scoring/test_saved_detector.py"

ACCESS_EDITS = (
    Edit("core/access/roles.py", "ROLES.index(role) >= ROLES.index", "ROLES.index(role) <= ROLES.index", PERMISSION),
    Edit("core/access/permission.py", "or thing.open_to_all() or", "or True or", PERMISSION),
    Edit(
        "core/access/permission.py", "or thing.nobodys() or thing.belongs_to(who)", "or thing.open_to_all()", PERMISSION
    ),
    Edit(
        "core/access/policy.py",
        'claims.get("email_verified") is not True',
        'claims.get("email_verified") is False',
        POLICY,
    ),
    Edit("core/access/policy.py", "(address if self.by == ", "(domain if self.by == ", POLICY),
    Edit("core/access/identity.py", "<= 3600 * policy.hours", "<= 86_400 * policy.hours", POLICY),
    Edit("core/access/switch.py", "said if beyond else", "said if not beyond else", "tests/core/access/test_switch.py"),
    Edit("core/runs/store.py", '        require("run")\n', "", RUNS),
    Edit("core/runs/store.py", "        expect_visible(arguments)\n", "", RUNS),
    Edit("core/runs/store.py", "for run in found if visible(run.owner)", "for run in found", RUNS),
    Edit("core/runs/run.py", '        require("delete", self.owner)\n', "", RUNS),
    Edit("core/casebook/owners.py", "CaseRow.shared.is_(True)", "CaseRow.shared.is_(False)", CASES),
    Edit("core/casebook/find.py", "[seen(), gone]", "[gone]", CASES),
    Edit("core/casebook/removal.py", '    require("delete")\n', "", CASES),
    Edit("core/casebook/answers.py", "person.name[:EXPERT] if person.signed_in else answer", "answer", CASES),
    Edit(
        "core/images/uploads.py", ' or not is_visible("uploads", short)', "", "tests/core/images/test_whose_uploads.py"
    ),
    Edit("core/audit/verify.py", '    require("audit")\n', "", RUNS),
    Edit("app/background/studies.py", "if imported or acting().signed_in:", "if False:", OPENED),
    Edit("app/background/studies.py", 'f"{acting().id} {key}"', "key", OPENED),
    Edit("app/background/cache_key.py", "if opener is None else [opened_by", "if True else [opened_by", OPENED),
    Edit("app/background/comparisons.py", "get((opener, comparison.pair))", "get((None, comparison.pair))", OPENED),
    Edit("core/base/held.py", "fcntl.LOCK_EX |", "fcntl.LOCK_SH |", DATA),
    Edit("core/access/belonging.py", "not (there and self.nobodys())", "True", UPLOADS),
    Edit("core/images/uploads.py", "if acting().signed_in else made.name", "if False else made.name", UPLOADS),
    Edit("core/images/uploads.py", "acting().signed_in and not whose.nobodys()", "False", UPLOADS),
    Edit("core/casebook/archives/import_rows.py", "or row.owner == person.id", "or True", CASES),
    Edit("core/access/of_runs.py", "folder.is_dir() or", "True or", DETECTORS),
    Edit("app/access/gate.py", "and not has_signed_in(head)", "and False", GATE),
    Edit("app/access/gate.py", "now.open_to_all or _asked_here(scope)", "now.open_to_all or True", GATE),
)
