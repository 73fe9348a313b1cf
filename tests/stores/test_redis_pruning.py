"""What only Redis can show of pruning: many workers share one, and go on adding to it meanwhile."""

from .samples import NOW, TENANT, tally


def five(store, first):
    store.add_tallies(TENANT, [tally(value=first + n, a=float(n)) for n in range(5)], NOW)


def prune(store):
    store.prune_tallies(TENANT, before_bucket=0, keep=2, above=3)


def kept(store):
    return sorted(each.value for each in store.tallies_since(TENANT, 0)[1])


def test_what_one_worker_prunes_the_others_leave_alone_for_a_minute(stores, server):
    first, second = stores
    five(first, 10)
    prune(first)
    five(second, 20)

    prune(second)
    assert kept(second) == [13, 14, *range(20, 25)]

    turn = next(key for key in server.ask("KEYS", "*") if key.endswith(b":pruning"))
    assert 0 < server.ask("PTTL", turn) <= 50_000
    server.ask("DEL", turn)
    prune(second)
    assert len(kept(second)) == 2


def test_a_sum_that_grows_while_others_are_pruned_stays(stores, monkeypatch):
    first, second = stores
    five(first, 10)
    forget = type(first)._forget

    def slow(store, tenant, dropped):
        if dropped:
            second.add_tallies(TENANT, [tally(value=10, a=50.0)], NOW)
        forget(store, tenant, dropped)

    monkeypatch.setattr(type(first), "_forget", slow)
    prune(first)

    assert kept(first) == [10, 13, 14]


def test_a_worker_that_begins_reads_more_sums_than_one_trip_carries(stores):
    first, second = stores
    first.add_tallies(TENANT, [tally(value=n) for n in range(12_345)], NOW)

    assert kept(second) == list(range(12_345))
