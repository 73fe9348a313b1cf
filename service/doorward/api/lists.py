"""Run-time lists: entries with an end, which rules read as `lists.<name>`.

The entry is the rest of the path, percent-encoded; a network's `/` may be sent as `%2F` or as it is.
"""

import re

from doorward.api.answers import ListEntryAnswer
from doorward.api.bodies import ListEntryBody
from doorward.api.errors import BadParameter
from doorward.api.operation import Call, Link, Resource
from doorward.api.reply import Reply
from doorward.core.errors import Mistake, NotFound
from doorward.core.safe_text import has_unsafe_characters

resource = Resource("lists", about="Block, or never block, an address, subject or device in mid-attack.")

PATH = "/v1/lists/<name>/<path:entry>"
SAME_ENTRY = {"name": "$request.path.name", "entry": "$request.path.entry"}

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
ENTRY_LENGTH = 256


@resource.operation(
    "GET",
    PATH,
    summary="Show an entry of a run-time list.",
    scopes=("policy",),
    answers={200: ListEntryAnswer()},
    refusals=(404,),
)
def show_list_entry(call: Call, name: str, entry: str) -> Reply:
    _check(name, entry)
    return Reply(call.services.lists.show(call.tenant, name, entry, call.now))


@resource.operation(
    "PUT",
    PATH,
    summary="Put an entry on a run-time list, or change its end; twice is fine.",
    scopes=("policy",),
    body=ListEntryBody(),
    answers={200: ListEntryAnswer()},
    links=(Link("show_list_entry", SAME_ENTRY), Link("delete_list_entry", SAME_ENTRY)),
    refusals=(404,),
)
def put_list_entry(call: Call, name: str, entry: str) -> Reply:
    _check(name, entry)
    until, reason = call.body.get("until"), call.body.get("reason", "")
    return Reply(call.services.lists.put(call.tenant, name, entry, until=until, reason=reason, now=call.now))


@resource.operation(
    "DELETE",
    PATH,
    summary="Take an entry off a run-time list.",
    scopes=("policy",),
    answers={204: None},
    links=(Link("show_list_entry", SAME_ENTRY),),
    refusals=(404,),
)
def delete_list_entry(call: Call, name: str, entry: str) -> Reply:
    _check(name, entry)
    call.services.lists.delete(call.tenant, name, entry, call.now)
    return Reply(None, 204)


def _check(name: str, entry: str) -> None:
    if not NAME.fullmatch(name):
        raise NotFound("there is no such list")
    if len(entry) > ENTRY_LENGTH or has_unsafe_characters(entry):
        detail = f"text of 1 to {ENTRY_LENGTH} characters without control characters was expected"
        raise BadParameter([Mistake(detail, "#/entry")], place="path")
