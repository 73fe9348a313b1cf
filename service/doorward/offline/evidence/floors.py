"""What a model must reach to be fit to ship: the share of each family that is challenged at a given price."""

from collections.abc import Iterator, Mapping
from typing import Any

from doorward.offline.evidence.baselines import MODEL

Json = dict[str, Any]

# At a challenge rate of 2 %, on the reference world; cookie_theft is out of reach, and so has none.
REFERENCE: Mapping[str, float] = {
    "naive": 0.97,
    "vpn": 0.96,
    "resproxy": 0.94,
    "targeted": 0.85,
    "very_targeted": 0.65,
    "stuffing": 0.99,
    "spray": 0.99,
    "brute": 0.99,
    "slowlow": 0.60,
    "rare_asn": 0.85,
}
REFERENCE_AT = 0.02


def below(document: Json, floors: Mapping[str, float]) -> Iterator[str]:
    """Yield a sentence for each of *floors* that the model of *document* does not reach at its price.

    A family that no attack belongs to has not reached its floor either.
    """
    place = document["rates"].index(document["at"])
    families = document["scorers"][MODEL]["families"]
    for family, floor in floors.items():
        if family not in families:
            yield f"{family}: no such attack was judged, at least {floor:.2%} was asked for"
            continue
        share = families[family]["caught"][place]["share"]
        if share < floor:
            yield f"{family}: {share:.2%} is challenged, less than {floor:.2%}"
