"""Logs name countries in words; rules name them by two letters."""

import pytest

from doorward.offline.importers.countries import MORE_NAMES, country_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("no", "NO"),
        ("United States", "US"),
        ("The Netherlands", "NL"),
        ("Türkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("Saint Lucia", "LC"),
        ("Bosnia and Herzegovina", "BA"),
        ("Korea, Republic of", "KR"),
        ("Atlantis", None),
        ("ZZ", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_names(name, code):
    assert country_code(name) == code


def test_every_further_name_leads_to_a_country_and_is_written_plainly():
    assert [name for name, code in MORE_NAMES.items() if country_code(code) != code or country_code(name) != code] == []
