"""Races over two workers, each a `doorward serve` of its own, on one store: exactly one wins (N-OOB-3)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ..faults.places import Alone, File, accept, kept_in, shared_secrets
from ..ops.conftest import starting
from .callers import Caller, Person

RACERS = 50
PAY = {"name": "payments.transfer", "binding": {"amount": "950.00", "to": "DE02120300000000202051"}}

Workers = tuple[Caller, Caller]


@pytest.fixture(scope="module", params=[Alone, File], ids=["redis", "sqlite"])
def workers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    folder = tmp_path_factory.mktemp("two")
    with kept_in(request.param, folder / "store") as place, starting(folder) as start:
        accept(place)
        environ = shared_secrets() | {"DOORWARD_STORE": place.url, "DOORWARD_WORKERS": "1"}
        first = start("-m", "doorward", "serve", **environ)
        key = first.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]
        second = start("-m", "doorward", "serve", **environ)
        yield Caller(first.url(), key), Caller(second.url(), key)


def raced(tries: list[Callable[[], tuple[int, Any]]]) -> list[tuple[int, Any]]:
    """Return the answers of *tries*, which run at the same time."""
    with ThreadPoolExecutor(len(tries)) as pool:
        return [each.result() for each in [pool.submit(one) for one in tries]]


def of_both(workers: Workers, number: int) -> Caller:
    return workers[number % 2]


def test_of_fifty_right_answers_one_passes(workers: Workers) -> None:
    person = Person("u-right").enrol(workers[0])
    challenge = person.challenged(workers[0])

    answers = raced([lambda n=n: person.answer(of_both(workers, n), challenge) for n in range(RACERS)])

    assert sum(status == 200 and body["status"] == "passed" for status, body in answers) == 1, answers
    assert {status for status, _ in answers} <= {200, 409, 429, 503}
    assert [each.ask("GET", f"/v1/challenges/{challenge}")[1]["status"] for each in workers] == ["passed"] * 2


def test_of_one_code_for_many_challenges_one_passes(workers: Workers) -> None:
    person = Person("u-many").enrol(workers[0])
    challenges = [person.challenged(workers[0], session=f"s-{number}") for number in range(8)]

    answers = raced([lambda n=n: person.answer(of_both(workers, n), challenges[n % 8]) for n in range(RACERS)])

    assert sum(status == 200 and body["status"] == "passed" for status, body in answers) == 1, answers


def test_wrong_answers_get_no_more_than_the_challenge_takes(workers: Workers) -> None:
    person = Person("u-wrong").enrol(workers[0])
    challenge = person.challenged(workers[0])
    wrong = f"{(int(person.code) + 1) % 1_000_000:06d}"

    answers = raced([lambda n=n: person.answer(of_both(workers, n), challenge, wrong) for n in range(RACERS)])

    assert sum(status == 200 and body.get("error") == "wrong_code" for status, body in answers) <= 5
    assert person.answer(workers[1], challenge)[0] in (409, 429)


def test_a_bound_proof_is_used_once_however_it_is_used(workers: Workers) -> None:
    person = Person("u-bound").enrol(workers[0])
    proof = person.answer(workers[0], person.challenged(workers[0], PAY))[1]["assertion"]
    body = person.asks(PAY, "s-1", assertion=proof)

    def use(number: int) -> tuple[int, Any]:
        caller = of_both(workers, number // 2)
        path, sent = ("/v1/decisions", body) if number % 2 else ("/v1/assertions/redeem", {"assertion": proof})
        return caller.post(path, sent)

    answers = raced([lambda n=n: use(n) for n in range(RACERS)])

    redeemed = [body for status, body in answers[::2] if status == 200]
    allowed = [body for _, body in answers[1::2] if body["outcome"] == "allow"]
    assert len(redeemed) + len(allowed) == 1, answers
    assert {status for status, _ in answers[1::2]} == {200}
    assert {status for status, _ in answers[::2]} <= {200, 422, 503}
