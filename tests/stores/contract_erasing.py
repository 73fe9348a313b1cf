"""What the erasure of a subject promises: nothing of it is left, and nothing of anybody else is touched."""

from doorward.ports import Changes, RecordQuery

from .samples import HOUR, KEYS, NOW, OTHER_TENANT, SUBJECT, TENANT, challenge, observation, record

ANOTHER = b"subject-of-acme2"


def fill(store, *, tenant=TENANT, subject=SUBJECT, name="1"):
    """Put one of everything that a subject has."""
    keys = type(KEYS)(tenant, subject)
    mine = {"tenant": tenant, "subject": subject}
    opened = challenge(id=f"chl_{name}", decision_id=f"dec_{name}", **mine)
    store.begin(keys, observation(), NOW)
    store.commit(Changes(record=record(id=f"dec_{name}", **mine), challenge=opened), NOW)
    store.rewrite_profile(tenant, subject, lambda _: b"seen.", expires_at=NOW + HOUR, now=NOW)
    store.rewrite_authenticators(tenant, subject, lambda _: b"bound", NOW)
    store.rewrite_note(tenant, subject, "guesses", lambda _: b"note", expires_at=NOW + HOUR, now=NOW)


def kept(store, *, tenant=TENANT, subject=SUBJECT, name="1"):
    """Return whatever can still be read of a subject."""
    seen = store.begin(type(KEYS)(tenant, subject), None, NOW)
    return [
        each
        for each in (
            seen.subject_ring,
            seen.profile,
            store.authenticators(tenant, subject, NOW),
            store.note(tenant, subject, "guesses", NOW),
            store.record(tenant, f"dec_{name}", NOW),
            store.challenge(tenant, f"chl_{name}", NOW),
            store.challenge_of_decision(tenant, f"dec_{name}", NOW),
            store.records(RecordQuery(tenant, subject=subject), NOW),
        )
        if each
    ]


class Erasing:
    def test_nothing_of_an_erased_subject_can_be_read(self, store):
        fill(store)
        assert len(kept(store)) == 8

        store.erase_subject(TENANT, SUBJECT, NOW)

        assert kept(store) == []
        assert store.records(RecordQuery(TENANT), NOW) == []

    def test_an_erasure_touches_nobody_else(self, store):
        fill(store)
        fill(store, subject=ANOTHER, name="2")
        fill(store, tenant=OTHER_TENANT, name="3")

        store.erase_subject(TENANT, SUBJECT, NOW)

        assert len(kept(store, subject=ANOTHER, name="2")) == 8
        assert len(kept(store, tenant=OTHER_TENANT, name="3")) == 8
        assert [row.id for row in store.records(RecordQuery(TENANT), NOW)] == ["dec_2"]

    def test_to_erase_twice_or_nobody_is_fine(self, store):
        fill(store)
        store.erase_subject(TENANT, SUBJECT, NOW)

        store.erase_subject(TENANT, SUBJECT, NOW)
        store.erase_subject(TENANT, b"nobody", NOW)

        assert kept(store) == []

    def test_an_erased_subject_begins_anew(self, store):
        fill(store)
        store.erase_subject(TENANT, SUBJECT, NOW)

        fill(store)

        assert len(kept(store)) == 8

    def test_a_challenge_and_records_beyond_any_index_go_too(self, store):
        for number in range(1003):
            store.commit(Changes(record=record(id=f"dec_{number}")), NOW)
        store.put_challenge(challenge(id="chl_alone", decision_id="dec_none"), NOW)

        store.erase_subject(TENANT, SUBJECT, NOW)

        assert store.challenge(TENANT, "chl_alone", NOW) is None
        assert [store.record(TENANT, f"dec_{number}", NOW) for number in (0, 1, 2, 1002)] == [None] * 4
        assert store.records(RecordQuery(TENANT), NOW) == []
