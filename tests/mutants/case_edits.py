"""The mistakes in how cases are kept, shown, answered, handed on and brought in."""

from tests.mutants.edit import Edit

REPORTS = "tests/core/casebook/reporting/test_html_report.py"
CASEBOOK = "tests/core/casebook/test_casebook.py tests/core/casebook/test_find.py"
IMPORTS = "tests/core/casebook/archives/test_import_zip.py"

CASE_EDITS = (
    Edit("core/casebook/reporting/numbers.py", "several = sum(row.measure == name and", "several = sum(", REPORTS),
    Edit(
        "core/casebook/reporting/studies.py",
        "found.attacked - found.original, study.original",
        "found.original - found.attacked, study.original",
        REPORTS,
    ),
    Edit(
        "core/casebook/reporting/studies.py",
        "return common_limit([found.original, found.attacked])",
        "return common_limit([found.original])",
        REPORTS,
    ),
    Edit(
        "core/casebook/reporting/html_report.py",
        "return html.escape(printable(text))",
        "return printable(text)",
        REPORTS,
    ),
    Edit(
        "core/casebook/archives/import_files.py",
        "if left := sorted(own - set(listed)):",
        "if left := sorted(own - own):",
        IMPORTS,
    ),
    Edit("core/casebook/archives/import_zip.py", 'and columns["study_id"] != told.study_id', "and False", IMPORTS),
    Edit(
        "core/casebook/archives/export.py",
        "if path.stat().st_size > largest(name := path.relative_to(folder).as_posix()):",
        "if False:",
        IMPORTS.replace("test_import_zip", "test_round_trip"),
    ),
    Edit("core/casebook/archives/import_rows.py", "remove_folder(casebook.cases, uid)", "pass", IMPORTS),
    Edit(
        "core/casebook/archives/bring_picture.py",
        "round((max(resize, length) - length) / 2)",
        "(max(resize, length) - length) // 2",
        "tests/core/casebook/archives/test_bring_picture.py",
    ),
    Edit(
        "core/casebook/regions.py",
        "(np.arange(count) + 0.5) / count",
        "np.arange(count) / count",
        "tests/core/casebook/test_regions.py",
    ),
    Edit(
        "core/casebook/regions.py",
        "cumsum(axis=1) % 2 == 1",
        "cumsum(axis=1) > 0",
        "tests/core/casebook/test_regions.py",
    ),
    Edit(
        "app/present/seat.py",
        "if uid in self.guesses or uid in self.told",
        "if uid in self.told",
        "tests/app/present/test_seat.py",
    ),
    Edit(
        "app/present/steps.py",
        'if attacked_side == "left":',
        'if attacked_side == "right":',
        "tests/app/present/test_steps.py",
    ),
    Edit(
        "app/present/map_steps.py",
        "limit = common_limit([*drawn(maps)",
        "limit = common_limit([maps.original",
        "tests/app/present/test_steps.py",
    ),
    Edit(
        "app/cases/expert_overlap.py",
        "by chance {100 * found.area",
        "by chance {100 * found.inside",
        "tests/app/cases/test_expert_overlap.py",
    ),
    Edit("app/cases/agreement.py", "len(said) >= 2}", "len(said) >= 1}", "tests/app/cases/test_agreement.py"),
    Edit("core/casebook/casebook.py", "if row.revision != revision:", "if row.revision < revision:", CASEBOOK),
    Edit("core/casebook/find.py", 'for each in (ESCAPE, "%", "_"):', 'for each in (ESCAPE, "%"):', CASEBOOK),
    Edit("core/casebook/find.py", "CaseRow.classifier_after == model", "CaseRow.classifier == model", CASEBOOK),
    Edit("core/casebook/facts.py", "states[0] is True and states[1] is False", "states[1] is False", CASEBOOK),
    Edit("core/casebook/facts.py", "False if attacked.held else None", "False", CASEBOOK),
    Edit(
        "core/casebook/opening.py",
        "if version and version not in known:",
        "if False:",
        "tests/core/casebook/test_opening.py",
    ),
    Edit("core/casebook/removal.py", "put_aside(cases, known)", "put_aside(cases, ())", CASEBOOK),
    Edit("core/casebook/texts.py", "found.setdefault(folded(line), line)", "found.setdefault(line, line)", CASEBOOK),
    Edit(
        "core/bundles/comparison_folder.py",
        'reach["value"] if math.isfinite(reach["value"]) else None',
        "None",
        "tests/core/bundles/test_comparison_folder.py",
    ),
    Edit(
        "core/bundles/comparison_read.py",
        "if hashed.hexdigest() != wanted:",
        "if not wanted:",
        "tests/core/bundles/test_comparison_folder.py",
    ),
)
