"""The mistakes in how cases are handed on and brought in."""

from tests.mutants.edit import Edit

REPORTS = "tests/core/casebook/reporting/test_html_report.py"
IMPORTS = "tests/core/casebook/test_import_zip.py"

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
        "core/casebook/import_files.py",
        "if left := sorted(own - set(listed)):",
        "if left := sorted(own - own):",
        IMPORTS,
    ),
    Edit("core/casebook/import_zip.py", 'and columns["study_id"] != told.study_id', "and False", IMPORTS),
    Edit("core/casebook/import_rows.py", "remove_folder(casebook.cases, uid)", "pass", IMPORTS),
    Edit(
        "core/casebook/bring_picture.py",
        "round((max(resize, length) - length) / 2)",
        "(max(resize, length) - length) // 2",
        "tests/core/casebook/test_bring_picture.py",
    ),
)
