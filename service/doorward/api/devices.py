"""The devices of a subject."""

from doorward.api.answers import word
from doorward.api.fields import Answer, Flag, Time
from doorward.api.operation import Call, Link, Resource
from doorward.api.paths import subject_in_path
from doorward.api.reply import Reply

resource = Resource("devices", about="See by which browsers a subject is known, and forget them.")

_DEVICES = "/v1/subjects/<subject_id>/devices"


class UsedDeviceAnswer(Answer):
    """A browser that a subject has signed in with."""

    id = word("The device's id.", "dev_…", required=True)
    known = Flag("Whether a sign-in with it has settled.", required=True, example=True)
    first_used_at = Time("When it was first used.", required=True)
    last_used_at = Time("When it was last used.", required=True)
    remembered_until = Time("Until when the person asked to be remembered on it.", nullable=True, required=True)


@resource.operation(
    "GET",
    _DEVICES,
    summary="List a subject's devices, the one used last first; empty for a subject that is not known.",
    scopes=("enrol",),
    answers={200: UsedDeviceAnswer(many=True)},
    links=(
        Link("drop_device", {"subject_id": "$request.path.subject_id", "device_id": "$response.body#/0/id"}),
        Link("drop_devices", {"subject_id": "$request.path.subject_id"}),
    ),
)
def list_devices(call: Call, subject_id: str) -> Reply:
    return Reply([*call.services.devices.show(call.tenant, subject_in_path(subject_id), call.now)])


@resource.operation(
    "DELETE",
    _DEVICES,
    summary="Forget every device of a subject: none is known or remembered any more.",
    scopes=("enrol",),
    answers={204: None},
)
def drop_devices(call: Call, subject_id: str) -> Reply:
    call.services.devices.drop_all(call.tenant, subject_in_path(subject_id), call.now)
    return Reply(None, 204)


@resource.operation(
    "DELETE",
    f"{_DEVICES}/<device_id>",
    summary="Forget one device of a subject.",
    scopes=("enrol",),
    answers={204: None},
    refusals=(404,),
)
def drop_device(call: Call, subject_id: str, device_id: str) -> Reply:
    call.services.devices.drop(call.tenant, subject_in_path(subject_id), device_id, call.now)
    return Reply(None, 204)
