"""The report of a back-test: whoever opens it is told the truth, and is safe from what the logs hold."""

import copy
import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.offline import report
from doorward.offline.backtest import back_test_records
from doorward.offline.report.escaping import MAX_TEXT, cleaned, plot_text, script_json, text

from .months import compared, document_of, sign_ins
from .report_page import Page
from .test_replay import line, policy

ANY_TEXT = st.text(st.characters(), max_size=60) | st.sampled_from(
    ["</script><script>", "\ud800", "\u2028", "&lt;<!--"]
)
# What the page itself has; no text of a document may add another.
SCRIPTS = 3
CHALLENGED, DENIED, FRAUD = "Genuine sign-ins challenged", "Genuine sign-ins denied", "Fraud stopped"


@pytest.fixture(scope="module", autouse=True)
def _plotly_is_small():
    """Most tests read no plots; tests/browser draws them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("plotly.offline.get_plotlyjs", lambda: "/* plotly */")
        yield


@pytest.fixture(scope="module")
def document():
    return compared(sign_ins(people=30, days=46), warm_up_days=7)


@pytest.fixture(scope="module")
def page(document):
    return Page(report.html(document))


def changed(document, **results):
    """Return a copy of *document* whose side under test has *results* instead of its own."""
    other = copy.deepcopy(document)
    other["results"]["sides"][-1].update(results)
    return other


def outcomes(**genuine):
    return [{"outcome": outcome, "kind": "genuine", "events": events} for outcome, events in genuine.items()]


def budgeted(document, rate):
    return document | {"budget": {"max_challenge_rate": rate}}


def poisoned(value, poison):
    """Return *value* with *poison* in every text but the words and times that are the results' own."""
    words = {"allow", "challenge", "deny", "genuine", "fraud", "action", "other", "rebuilt", "low", "medium", "high"}
    if isinstance(value, str):
        return value if value in words or value[:4].isdigit() else value + poison
    if isinstance(value, dict):
        return {name: poisoned(each, poison) for name, each in value.items()}
    return [poisoned(each, poison) for each in value] if isinstance(value, list) else value


def test_without_plotly_it_says_what_to_install(document, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)

    with pytest.raises(report.ReportNeedsPlotly, match=r"pip install 'doorward\[report\]'"):
        report.html(document)


def test_no_text_of_a_log_becomes_an_element(document, page):
    poison = "</td></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"

    poisonous = Page(report.html(poisoned(document, poison)))

    tags = [element.tag for element in poisonous.elements]
    assert tags.count("script") == SCRIPTS
    assert "img" not in tags
    assert [
        element for element in poisonous.elements if any(name.startswith("on") for name in element.attributes)
    ] == []
    assert {element.tag for element in poisonous.elements} == {element.tag for element in page.elements}
    assert poison in poisonous.root.text


def test_a_label_of_a_plot_is_no_link(document):
    poisonous = report.html(poisoned(document, '<a href="https://example.org">'))

    plots = json.loads(next(e for e in Page(poisonous).all("script") if e.attributes.get("id") == "plots").text)

    shown = [label for plot in plots.values() for trace in plot["data"] for label in (trace["name"], *trace["x"])]
    assert [label for label in shown if "<a" in str(label)] == []


@given(ANY_TEXT)
def test_every_text_reads_as_it_was_written(written):
    clean = cleaned(written)
    page = Page(f'<p title="{text(clean)}">{text(clean)}</p>')

    assert page.elements[0].attributes["title"] == clean
    assert page.elements[0].text == clean
    assert len(page.elements) == 1
    assert len(clean.encode()) <= 4 * MAX_TEXT


@given(st.lists(st.none() | st.integers() | ANY_TEXT) | st.dictionaries(ANY_TEXT, ANY_TEXT))
def test_no_text_ends_the_script_that_holds_it(value):
    written = script_json(value)

    assert json.loads(written) == value
    assert written.isascii()
    assert not set("<>&") & set(written)


@given(ANY_TEXT)
def test_plots_see_no_tags(written):
    assert "<" not in plot_text(cleaned(written))


def test_the_page_asks_nobody_for_anything(page):
    rule = page.all("meta")[1].attributes

    assert rule["http-equiv"] == "Content-Security-Policy"
    assert "default-src 'none'" in rule["content"]
    assert [
        element for element in page.elements if {"src", "srcset", "action", "data"} & element.attributes.keys()
    ] == []
    assert {each.attributes["href"][0] for each in page.all("a")} == {"#"}


def test_every_link_within_the_page_leads_somewhere(page):
    places = {element.attributes.get("id") for element in page.elements}

    assert [each.attributes["href"] for each in page.all("a") if each.attributes["href"][1:] not in places] == []


def test_no_id_is_there_twice(page):
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]

    assert len(ids) == len(set(ids))


def test_every_table_has_a_caption_and_heads_with_a_scope(page):
    assert [table for table in page.all("table") if not table.all("caption")[0].words()] == []
    assert {head.attributes.get("scope") for head in page.all("th")} == {"row", "col", "colgroup"}


def test_the_same_document_makes_the_same_page(document):
    assert report.html(document) == report.html(json.loads(json.dumps(document)))


def test_the_rate_is_told_with_its_numbers_and_the_budget(document):
    few = changed(document, outcomes=outcomes(allow=960, challenge=40))

    card = Page(report.html(budgeted(few, 0.03))).card(CHALLENGED)

    assert "4 %" in card
    assert "challenges 40 of 1,000 genuine sign-ins" in card
    assert "The budget is 3 %." in card


@pytest.mark.parametrize(
    ("budget", "word"),
    [
        (0.0399, "✕ over the budget"),
        (0.04, "! close to the budget"),
        (0.05, "✓ within the budget"),
        (None, "no budget"),
    ],
)
def test_a_word_says_how_the_rate_lies_to_the_budget(document, budget, word):
    few = changed(document, outcomes=outcomes(allow=960, challenge=40))

    assert word in Page(report.html(budgeted(few, budget))).card(CHALLENGED)


def test_more_denials_of_genuine_sign_ins_than_before_are_bad(document):
    assert "✓ nobody is locked out" in Page(report.html(changed(document, outcomes=outcomes(allow=9)))).card(DENIED)
    assert "✕ more than before" in Page(report.html(changed(document, outcomes=outcomes(allow=9, deny=1)))).card(DENIED)


def test_less_fraud_stopped_than_before_is_bad(document):
    fraud = [{"outcome": outcome, "kind": "fraud", "events": 5} for outcome in ("allow", "challenge")]

    card = Page(report.html(changed(document, outcomes=fraud))).card(FRAUD)

    assert "50 %" in card
    assert "✕ less than before" in card


def test_what_was_left_out_is_told(document):
    unread = {"events": 12, "reasons": [{"reason": "at is no RFC 3339 time", "events": 12}]}
    told = Page(report.html(document | {"unread": unread})).main()

    assert "12 lines could not be read and are missing: at is no RFC 3339 time (12)." in told
    assert f"The first {document['results']['warm_up']:,} events only built up a history" in told
    assert "Assumed: a success counts as verified where the log cannot tell." in told


def test_what_records_cannot_tell_is_told(served):
    results, replayability = back_test_records(
        served.records, (line(name="current"), line(name="candidate")), policy_by=lambda digest: None
    )
    document = document_of(results, mode="recorded", replayability=replayability.to_json())

    page = Page(report.html(document))

    assert f"The text of the policy {policy().digest} is not there" in page.main()
    assert "Recorded: the facts that were kept" in page.main()


def test_the_rules_table_holds_every_number_of_every_rule(document, page):
    sides = [{row["rule"]: row for row in side["rules"]} for side in document["results"]["sides"]]
    names = ("decided", "genuine", "fraud", "allow", "challenge", "deny")

    shown = {row[0]: row[2:] for row in page.table("rules-table")}

    assert shown.keys() == sides[0].keys() | sides[1].keys()
    for rule, cells in shown.items():
        told = [f"{side[rule].get(name, 0):,}" if rule in side else "–" for side in sides for name in names]
        assert cells == told


def test_a_rule_that_only_the_old_policy_has_stands_where_it_stood(document):
    other = copy.deepcopy(document)
    after = other["results"]["sides"][1]["rules"]
    gone = after.pop(4)["rule"]

    rules = [row[0] for row in Page(report.html(other)).table("rules-table")]

    assert rules.index(gone) == 4


def test_the_matrix_counts_every_judged_event_once(document, page):
    matrix = next(table for table in page.all("table") if table.all("caption")[0].text.startswith("All events"))
    numbers = [int(re.match(r"[\d,]+", cell.text)[0].replace(",", "")) for cell in matrix.all("td")]
    changes = document["results"]["changes"]

    assert sum(numbers) == document["results"]["judged"]
    assert sum(numbers) - sum(numbers[::4]) == changes["events"]


def test_days_hours_and_countries_add_up(document, page):
    genuine = sum(row["events"] for row in document["results"]["sides"][-1]["outcomes"] if row["kind"] == "genuine")

    for name in ("day-table", "hour-table", "country-table"):
        assert sum(int(row[1].replace(",", "")) for row in page.table(name)) == genuine


def test_all_but_the_largest_countries_are_one_row(document):
    countries = [{"country": f"{n:02}", "outcome": "allow", "kind": "genuine", "events": 1 + n} for n in range(30)]

    rows = Page(report.html(changed(document, countries=countries))).table("country-table")

    assert len(rows) == 21
    assert rows[0][:2] == ["29", "30"]
    assert rows[-1][:2] == ["(all others)", "55"]


def test_examples_carry_all_that_is_known_of_them(document, page):
    rows = [" ".join(row) for row in page.table("examples-table")]
    examples = document["results"]["changes"]["examples"]

    assert len(rows) == len(examples) > 0
    for row, example in zip(rows, examples, strict=True):
        for name in ("subject", "kind", "address", "country", "network", "browser", "before_rule", "after_rule", "why"):
            assert example[name] in row


def test_one_policy_alone_speaks_of_no_before():
    page = Page(report.html(compared(sign_ins(people=5, days=10), alone=True, warm_up_days=2)))

    assert "before" not in page.card(CHALLENGED)
    assert page.headings() == ["In short", "Over time", "Hours and countries", "Scores and attacks", "Rules"]


@pytest.mark.parametrize("alone", [True, False])
def test_an_empty_log_says_so(alone):
    page = Page(report.html(compared([], alone=alone)))

    assert "There was no event to judge." in page.main()
    assert "nothing to count" in page.card(CHALLENGED)


def test_rates_of_few_sign_ins_are_called_rough(document):
    few = changed(document, outcomes=outcomes(allow=60, challenge=5))
    many = changed(document, outcomes=outcomes(allow=6000, challenge=5))

    assert "Rates of so few as 65 genuine sign-ins are rough." in Page(report.html(few)).main()
    assert "are rough" not in Page(report.html(many)).main()
