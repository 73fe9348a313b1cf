"""Contacts that a caller vouches for, as a challenge asks for codes to them: not bound, but answered alike."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping

from doorward.ceremony import Ceremony, Verifier
from doorward.core.contacts import MAX_CONTACTS, Vouched
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.core.errors import BadInput, Conflict
from doorward.core.keyed import KeyedHash
from doorward.core.request import Contact, DecisionRequest
from doorward.subjects import is_sim_swapped

_FIELDS = {"email": "address", "sms": "phone", "voice": "phone"}


def vouched_for(hasher: KeyedHash, tenant: str, request: DecisionRequest) -> tuple[Vouched, ...]:
    """Return the contacts of *request*, each once, under ids that are the same in every challenge of the subject."""
    found = []
    contacts = [each for each in request.subject.contacts if each.channel == "email" or not is_sim_swapped(request)]
    for contact in dict.fromkeys(contacts):
        name = contact_id(hasher, tenant, request.subject.id, contact)
        found.append(Vouched(name, contact.channel, contact.address))
    return tuple(found[:MAX_CONTACTS])


def contact_id(hasher: KeyedHash, tenant: str, subject_id: str, contact: Contact) -> str:
    """Return the id that stands for a contact of a subject in every challenge."""
    name = f"{subject_id}\x1f{contact.channel}\x1f{contact.address}"
    return "fac_" + urlsafe_b64encode(hasher.key(tenant, "contact", name)).rstrip(b"=").decode()


def stand_in(contact: Vouched, verifiers: Mapping[str, Verifier], ceremony: Ceremony) -> Authenticator:
    """Return an authenticator at the address of *contact*, as if it were bound; Conflict where none can be."""
    verifier = verifiers.get(contact.channel)
    if verifier is None:
        raise Conflict("no code can be sent to this contact")
    try:
        enrolment = verifier.enrol({_FIELDS[contact.channel]: contact.address}, (), ceremony)
    except BadInput:
        raise Conflict("no code can be sent to this contact") from None
    label = contact.enrolled.label
    return Authenticator(contact.id, contact.channel, enrolment.state, label, status=ACTIVE)
