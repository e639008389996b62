"""The ``hamyar`` command: nothing but wiring.

Each command reads its options, calls one function of ``batch`` or ``store``, and says what came of it
(:mod:`hamyar.cli.terminal`, :mod:`hamyar.cli.outcomes`).
An error that Hamyar raises on purpose ends the command with its sentence and status 2;
work that was done but did not go well in every part ends it with status 1.
"""

import os
import sys
from pathlib import Path
from typing import Any

import click

from hamyar.cli import outcomes
from hamyar.cli.accounts import account
from hamyar.cli.serve import serve
from hamyar.cli.terminal import DAY, MONTH, actor, progress_bar, say_line, say_lines, speaks, told
from hamyar.core.jalali import Month
from hamyar.core.message import N_, message
from hamyar.store.settings import Settings

NOT_ALL_WELL = 1
CPUS = os.cpu_count() or 1


@click.group(
    help=told(N_("Hamyar: the monthly work of a family-help centre. Begin with: make demo.")),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="hamyar")
def main() -> None:
    """The group; the commands follow."""


main.add_command(account)
main.add_command(serve)


@main.command(
    help=told(N_("Make the database and the key of its secrets, or bring an existing database up to date.")),
    epilog=told(N_("Example: hamyar init --title 'Khazaneh'")),
)
@click.option("--title", default="", help=told(N_("The centre's name, as printed.")))
@click.option("--currency", default="IRR", show_default=True, help=told(N_("Currency of the amounts (ISO 4217).")))
@click.option("--synthetic", is_flag=True, help=told(N_("The data will be made up; every page will say so.")))
@speaks
def init(title: str, currency: str, synthetic: bool) -> None:
    from hamyar.store.store import Store

    settings = Settings.from_environment()
    with Store.create(
        settings.database_url, settings.key_file, title=title, currency=currency, is_synthetic=synthetic
    ) as store:
        say_line(message(N_("The database is ready: {url}"), url=store.address))
    say_line(message(N_("The key of the secrets: {file}. Keep a copy of it elsewhere."), file=str(settings.key_file)))


@main.command(
    "import",
    help=told(N_("Read a CSV or Excel file through a mapping file. The same file twice changes nothing.")),
    epilog=told(N_("Example: hamyar import budgets.csv --mapping parameters/imports/uk_budget.yaml")),
)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--mapping",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=told(N_("The mapping file: which column feeds which field, in which unit.")),
)
@click.option("--keep-good", is_flag=True, help=told(N_("Keep the good rows when some are bad; else refuse the file.")))
@click.option("--problems", type=click.Path(path_type=Path), help=told(N_("Where to write the list of bad rows.")))
@click.option("--sheet", help=told(N_("The sheet to read, where a workbook has several.")))
@click.option("--reason", help=told(N_("Why these facts are recorded or corrected; kept in the history.")))
@click.option("--corrects-frozen", is_flag=True, help=told(N_("The file corrects a month that is already frozen.")))
@speaks
def import_(file: Path, mapping: Path, problems: Path | None, **options: Any) -> None:
    from hamyar.store.importing import ImportRefused, import_file
    from hamyar.store.mapping import load_mapping
    from hamyar.store.parameter_files import load_parameters
    from hamyar.store.problems import write_problems
    from hamyar.store.store import Store
    from hamyar.words import current_language

    settings = Settings.from_environment()
    listed = problems or Path.cwd() / f"{file.stem}.problems.csv"
    with Store.open(settings.database_url, settings.key_file) as store:
        parameters = load_parameters(settings.parameters, is_synthetic=store.centre.is_synthetic)
        try:
            result = import_file(store, file, load_mapping(mapping), actor=actor(), parameters=parameters, **options)
        except ImportRefused as refused:
            write_problems(listed, refused.problems, current_language())
            say_line(message(N_("The bad rows are listed in {file}"), file=str(listed)), err=True)
            raise
    say_lines(outcomes.of_import(result))
    if result.problems:
        write_problems(listed, result.problems, current_language())
        say_line(message(N_("The bad rows are listed in {file}"), file=str(listed)), err=True)
        sys.exit(NOT_ALL_WELL)


@main.command(
    help=told(N_("Say that a recorded row was entered wrongly. It stays in the history and counts no more.")),
    epilog=told(N_("Example: hamyar withdraw assignments family_id=F-12 from_day=1405-01-01 --reason 'wrong month'")),
)
@click.argument("table")
@click.argument("key", nargs=-1, required=True)
@click.option("--reason", required=True, help=told(N_("Why; kept in the history.")))
@click.option("--corrects-frozen", is_flag=True, help=told(N_("The row belongs to a month that is already frozen.")))
@speaks
def withdraw(table: str, key: tuple[str, ...], reason: str, corrects_frozen: bool) -> None:
    from hamyar.store.store import Store
    from hamyar.store.withdrawing import withdraw_row

    with Store.open(Settings.from_environment().database_url) as store:
        held = withdraw_row(store, table, key, actor=actor(), reason=reason, corrects_frozen=corrects_frozen)
    say_line(outcomes.of_withdrawal(held))


@main.command(
    help=told(N_("Write the facts as Excel or CSV. Names are left out unless asked for.")),
    epilog=told(N_("Example: hamyar export families.xlsx")),
)
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--csv", "as_csv", is_flag=True, help=told(N_("A folder of CSV files instead of one workbook.")))
@click.option("--with-names", is_flag=True, help=told(N_("Also names, national ids, telephones and addresses.")))
@speaks
def export(target: Path, as_csv: bool, with_names: bool) -> None:
    from hamyar.store.exporting import export_tables
    from hamyar.store.store import Store

    settings = Settings.from_environment()
    with Store.open(settings.database_url, settings.key_file if with_names else None) as store:
        written = export_tables(store, target, form="csv" if as_csv else "xlsx", with_identities=with_names)
    say_lines(message(N_("Written: {file}"), file=str(path)) for path in written)


@main.command(
    help=told(N_("Fill the database with made-up families, labelled so on every page.")),
    epilog=told(N_("Example: hamyar sample --families 12 --month 1404-08")),
)
@click.option("--families", default=12, show_default=True, type=click.IntRange(1, 10**6), help=told(N_("How many.")))
@click.option("--month", default="1404-08", show_default=True, type=MONTH, help=told(N_("The last month.")))
@click.option("--months", default=13, show_default=True, type=click.IntRange(1, 90), help=told(N_("How many months.")))
@click.option("--seed", default=1404, show_default=True, help=told(N_("The same seed makes the same families.")))
@speaks
def sample(families: int, month: Month, months: int, seed: int) -> None:
    from hamyar.store.filling import fill_with_sample
    from hamyar.store.store import Store

    settings = Settings.from_environment()
    with Store.open(settings.database_url, settings.key_file) as store:
        made = fill_with_sample(store, families=families, last_month=month, months=months, seed=seed, actor=actor())
    say_lines(outcomes.of_sample(made))


@main.command(
    help=told(N_("Run a month: freeze it, assess all families, print a dossier for each and the centre's report.")),
    epilog=told(N_("Example: hamyar monthly --month 1404-08 --workers 2")),
)
@click.option("--month", required=True, type=MONTH, help=told(N_("The Jalali month, for example 1404-08.")))
@click.option("--limit", type=click.IntRange(1), help=told(N_("Only the first so many families.")))
@click.option("--families", "cases", default="", help=told(N_("Only these case codes, with commas between.")))
@click.option("--workers", default=CPUS, type=click.IntRange(1, 64), help=told(N_("Processes that make pages.")))
@click.option("--engine", default="", help=told(N_("hamyar-fork (fast) or nbclient (a kernel for each page).")))
@click.option("--language", type=click.Choice(["fa", "en"]), default="fa", help=told(N_("Language of the pages.")))
@click.option("--fresh", is_flag=True, help=told(N_("Make all pages again, also those already there.")))
@click.option("--again-because", help=told(N_("Freeze the month again with what is recorded now, and say why.")))
@click.option("--quiet", is_flag=True, help=told(N_("No progress bar.")))
@speaks
def monthly(month: Month, cases: str, quiet: bool, **options: Any) -> None:
    from hamyar.batch.month import RunOptions, run_month, silent
    from hamyar.store.store import Store

    settings = Settings.from_environment()
    chosen = tuple(case.strip() for case in cases.split(",") if case.strip())
    run_options = RunOptions(families=chosen, actor=actor(), **options)
    with Store.open(settings.database_url, settings.key_file if settings.key_file.exists() else None) as store:
        summary = run_month(store, settings, month, run_options, progress=silent if quiet else progress_bar)
    say_lines(outcomes.of_run(summary))
    if summary.failed:
        say_lines(outcomes.of_failures(summary), err=True)
        sys.exit(NOT_ALL_WELL)


@main.command(
    help=told(N_("Assign the harmed families of a month to helpers for a year, each with the reasons why.")),
    epilog=told(N_("Example: hamyar assign --month 1405-01 --dry-run")),
)
@click.option("--month", required=True, type=MONTH, help=told(N_("The Jalali month, for example 1404-08.")))
@click.option("--dry-run", is_flag=True, help=told(N_("Record nothing; only say what would be.")))
@click.option(
    "--effort",
    type=click.FloatRange(0.01),
    help=told(N_("How long to search for a better plan, in the solver's own seconds; left out: 10.")),
)
@click.option("--corrects-frozen", is_flag=True, help=told(N_("The plan corrects a month already frozen.")))
@speaks
def assign(month: Month, **options: Any) -> None:
    from hamyar.batch.assigning import assign_centre
    from hamyar.cli.outcomes_assign import of_assignment, of_no_assignment
    from hamyar.store.parameter_files import load_parameters
    from hamyar.store.store import Store

    settings = Settings.from_environment()
    with Store.open(settings.database_url) as store:
        parameters = load_parameters(settings.parameters, is_synthetic=store.centre.is_synthetic)
        summary = assign_centre(store, parameters, month, actor=actor(), **options)
    if not summary.is_possible:
        say_lines(of_no_assignment(summary), err=True)
        sys.exit(NOT_ALL_WELL)
    say_lines(of_assignment(summary))


@main.command(
    help=told(N_("Check a published month: its files, its frozen facts, and that its pages come out the same again.")),
    epilog=told(N_("Example: hamyar verify outputs/1404-08")),
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--limit", type=click.IntRange(1), help=told(N_("Make only the first so many families again.")))
@click.option("--workers", default=CPUS, type=click.IntRange(1, 64), help=told(N_("Processes that make pages.")))
@click.option("--quiet", is_flag=True, help=told(N_("No progress bar.")))
@speaks
def verify(folder: Path, limit: int | None, workers: int, quiet: bool) -> None:
    from hamyar.batch.month import silent
    from hamyar.batch.verify import verify_month

    found = verify_month(
        folder,
        Settings.from_environment(),
        workers=workers,
        limit=limit,
        progress=silent if quiet else progress_bar,
    )
    say_lines(found.problems, err=True)
    say_lines(outcomes.of_verification(found))
    if found.problems:
        sys.exit(NOT_ALL_WELL)


@main.command(
    help=told(N_("Plan the calendars of helpers for their year, record them, and write them for programs and paper.")),
    epilog=told(N_("Example: hamyar calendar --month 1405-01 --helper H07 --on-day 1405-01-15")),
)
@click.option("--month", required=True, type=MONTH, help=told(N_("The Jalali month, for example 1404-08.")))
@click.option("--helper", "helpers", multiple=True, help=told(N_("Code of a helper, also several times; else all.")))
@click.option("--all", "everybody", is_flag=True, help=told(N_("All helpers who have anything to do.")))
@click.option("--on-day", type=DAY, help=told(N_("The first day that is planned; left out: today.")))
@click.option("--dry-run", is_flag=True, help=told(N_("Record and write nothing; only say what would be.")))
@click.option("--pages/--no-pages", default=True, help=told(N_("Print the pages, or write iCalendar files only.")))
@click.option("--workers", default=CPUS, type=click.IntRange(1, 64), help=told(N_("Processes that plan and print.")))
@click.option("--engine", default="", help=told(N_("hamyar-fork (fast) or nbclient (a kernel for each page).")))
@click.option("--language", type=click.Choice(["fa", "en"]), default="fa", help=told(N_("Language of the pages.")))
@click.option("--effort", default=1.0, type=click.FloatRange(0.01), help=told(N_("How long to search: 2 is double.")))
@click.option("--quiet", is_flag=True, help=told(N_("No progress bar.")))
@speaks
def calendar(
    month: Month, helpers: tuple[str, ...], everybody: bool, on_day: int | None, quiet: bool, **options: Any
) -> None:
    from hamyar.batch.calendars import CalendarOptions, make_calendars
    from hamyar.batch.month import silent
    from hamyar.cli import outcomes_calendar
    from hamyar.store.store import Store

    settings = Settings.from_environment()
    if helpers and everybody:
        raise click.UsageError(told(N_("Give --helper or --all, not both.")))
    with Store.open(settings.database_url) as store:
        summary = make_calendars(
            store,
            settings,
            month,
            helpers,
            on_day,
            CalendarOptions(actor=actor(), **options),
            progress=silent if quiet else progress_bar,
        )
    say_lines(outcomes_calendar.of_calendars(summary))
    if not summary.is_all_well:
        say_lines(outcomes_calendar.of_refusals(summary), err=True)
        sys.exit(NOT_ALL_WELL)


@main.command(
    "check-parameters",
    help=told(N_("Read every parameter file and name gaps, overlaps and values nobody has confirmed.")),
    epilog=told(N_("Example: hamyar check-parameters --month 1405-08")),
)
@click.option("--month", type=MONTH, help=told(N_("Also say what this month lacks.")))
@speaks
def check_parameters(month: Month | None) -> None:
    from hamyar.store.parameter_files import load_parameters

    parameters = load_parameters(Settings.from_environment().parameters)
    problems = parameters.check(month)
    say_lines(message("{file}: {problem}", file=found.file, problem=found.message) for found in problems)
    say_line(outcomes.of_parameters(parameters, problems))
    if any(found.is_fault for found in problems):
        sys.exit(NOT_ALL_WELL)


@main.group(help=told(N_("The log of who recorded what, when and why.")))
def audit() -> None:
    """The group; the commands follow."""


@audit.command(
    "verify",
    help=told(N_("Prove that no recorded fact was altered or removed, as far as the log and a manifest can tell.")),
    epilog=told(N_("Example: hamyar audit verify --manifest outputs/1404-08")),
)
@click.option(
    "--manifest",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=told(N_("The folder of a published month; its manifest shows a log that was cut short.")),
)
@speaks
def audit_verify(manifest: Path | None) -> None:
    from hamyar.batch.manifest import Manifest
    from hamyar.store.store import Store

    known = None if manifest is None else Manifest.read(manifest).inputs.head
    with Store.open(Settings.from_environment().database_url) as store:
        problems, head = store.verify_audit(known), store.head()
    if problems:
        say_lines(problems, err=True)
        sys.exit(NOT_ALL_WELL)
    say_line(outcomes.of_audit(head))


@main.command(
    help=told(N_("Open the notebooks in JupyterLab on this computer; what follows -- goes to JupyterLab.")),
    epilog=told(N_("Example: hamyar lab -- --no-browser")),
)
@click.argument("options", nargs=-1)
@speaks
def lab(options: tuple[str, ...]) -> None:
    folder = Settings.from_environment().notebooks
    # JupyterLab would ask the net for news, updates and extensions; nothing of ours leaves the machine.
    quiet = (
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly",
    )
    server = ("--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}")
    command = [sys.executable, "-m", "jupyterlab", *server, *quiet, *options]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter
