"""What a service recorded reads back as what it was asked."""


def without_contacts(request):
    subject = {name: value for name, value in request["subject"].items() if name != "contacts"}
    return request | {"subject": subject}


def test_records_of_a_service_read_back_as_its_requests(served, read_log):
    events, _ = read_log(*(record.to_json() for record in served.records))

    assert [event["request"] for event in events] == [without_contacts(request) for request in served.requests]


def test_what_the_service_learned_from_is_what_is_verified(served, read_log):
    events, _ = read_log(*(record.to_json() for record in served.records))

    learned = [event["verified"] is True for event in events]
    assert learned == [record.learned for record in served.records]
