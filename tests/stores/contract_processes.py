"""What must hold between processes, one of which may be killed in the middle of its work."""

import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from .samples import KEYS, NOW, TENANT, marks

WORKER = str(Path(__file__).with_name("worker.py"))
PROCESSES = 4


@contextmanager
def workers(opener, what, *, count, processes=PROCESSES):
    """Yield processes that have opened the store and wait for the word; none outlives the block."""
    running = []
    try:
        for name in range(processes):
            command = [sys.executable, WORKER, *opener, what, str(name), str(count)]
            running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        for each in running:
            assert each.stdout.readline() == "ready\n"
        yield running
    finally:
        for each in running:
            each.kill()
            each.communicate()


def start(running):
    for each in running:
        each.stdin.write("go\n")
        each.stdin.flush()


def finish(running):
    """Return the lines that every process printed."""
    lines = [each.communicate(timeout=60)[0].splitlines() for each in running]
    assert [each.returncode for each in running] == [0] * len(running)
    return lines


def work(opener, what, *, count):
    with workers(opener, what, count=count) as running:
        start(running)
        return finish(running)


class Processes:
    def test_of_many_processes_that_spend_one_name_exactly_one_does(self, store, opener):
        printed = work(opener, "spend", count=25)

        winners = Counter(line for lines in printed for line in lines if line.endswith("True"))
        assert winners == {f"{number} True": 1 for number in range(25)}

    def test_of_many_processes_that_tell_of_one_attempt_exactly_one_is_the_first(self, opener):
        printed = work(opener, "attempt", count=25)

        first = Counter(line for lines in printed for line in lines if line.endswith(" 0"))
        assert first == {f"{number} 0": 1 for number in range(25)}

    def test_of_many_processes_that_claim_one_key_exactly_one_runs(self, store, opener):
        printed = work(opener, "claim", count=25)

        winners = Counter(line for lines in printed for line in lines if line.endswith("new"))
        assert winners == {f"{number} new": 1 for number in range(25)}

    def test_processes_lose_no_attempt_from_a_ring(self, store, opener):
        printed = work(opener, "append", count=16)

        snapshot = store.begin(KEYS, None, NOW)
        expected = sorted(int(line) for lines in printed for line in lines)
        assert len(expected) == PROCESSES * 16
        assert sorted(marks(snapshot.subject_ring)) == sorted(marks(snapshot.address_ring)) == expected

    def test_processes_lose_no_rewrite_of_a_profile(self, store, opener):
        printed = work(opener, "learn", count=25)

        kept = store.begin(KEYS, None, NOW).profile.decode().split(";")[:-1]
        assert sorted(f"{each};" for each in kept) == sorted(line for lines in printed for line in lines)

    def test_what_a_killed_process_was_told_is_written_is_written(self, store, opener, reopen):
        with workers(opener, "decide", count=1_000_000, processes=2) as running:
            start(running)
            doomed, witness = running
            told = [int(doomed.stdout.readline()) for _ in range(60)][-1]
            doomed.kill()
            told = max([told, *(int(line) for line in doomed.communicate()[0].split("\n")[:-1])])
            # The other goes on: a lock dies with its process.
            after = [int(witness.stdout.readline()) for _ in range(100)][-1]
            witness.kill()

        again = reopen()
        assert written(again, "0")[: told + 1] == list(range(told + 1))
        assert written(again, "1")[: after + 1] == list(range(after + 1))

    def test_a_killed_process_has_written_all_of_a_decision_or_nothing(self, store, opener, reopen):
        with workers(opener, "decide", count=1_000_000, processes=1) as (doomed,):
            start([doomed])
            for _ in range(60):
                doomed.stdout.readline()
            doomed.kill()
            doomed.communicate()

        again = reopen()
        assert written(again, "0") == learned(again, "0")


def written(store, name):
    """Return the numbers of the decisions that were recorded, in order and without a gap."""
    number = 0
    while store.record(TENANT, f"dec_{name}_{number}", NOW):
        number += 1
    return list(range(number))


def learned(store, name):
    """Return the numbers that the profiles hold."""
    numbers = []
    while profile := store.begin(profile_keys(name, len(numbers)), None, NOW).profile:
        numbers += [int.from_bytes(profile[at : at + 4], "big") for at in range(0, len(profile), 4)]
        if len(numbers) % 20:
            break
    return numbers


def profile_keys(name, number):
    return type(KEYS)(tenant=TENANT, subject=f"{name}-{number // 20}".encode())
