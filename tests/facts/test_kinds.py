"""The list that tells what a network is for by who runs it."""

import pytest

from doorward.facts.kinds import KINDS, OperatorKinds, shipped_kinds
from doorward.facts.records import Operator


@pytest.mark.parametrize("line", ["asn,x,hosting", "asn,1", "words,,hosting", "asn,1,wifi", "words,cloud", "org,a,vpn"])
def test_a_line_that_says_nothing_is_refused(line):
    with pytest.raises(ValueError, match="expected asn"):
        OperatorKinds.read([line])


def test_a_number_decides_before_words():
    kinds = OperatorKinds.read(["words,cloud,hosting", "asn,64500,mobile,Cloud Mobile", "# a comment", ""])

    assert kinds.kind_of(Operator(64500, "Cloud Mobile")) == "mobile"
    assert kinds.kind_of(Operator(64501, "Cloud Mobile")) == "hosting"


def test_only_whole_words_count():
    kinds = OperatorKinds.read(["words,data center,hosting"])

    assert kinds.kind_of(Operator(1, "Nordic DATA-CENTER AS")) == "hosting"
    assert kinds.kind_of(Operator(1, "Nordic data centers")) is None
    assert kinds.kind_of(Operator(1, None)) is None


def test_the_shipped_list_names_known_kinds():
    kinds = shipped_kinds()

    assert {*kinds.by_number.values(), *dict(kinds.by_words).values()} <= set(KINDS)
    assert len(kinds.by_number) > 50
