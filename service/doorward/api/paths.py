"""What stands in a path, checked like what stands in a body."""

from doorward.api.errors import BadParameter
from doorward.core.errors import Mistake
from doorward.core.safe_text import has_unsafe_characters

MAX_SUBJECT = 256


def subject_in_path(subject_id: str) -> str:
    """Return the subject that a path names; BadParameter for what no decision could have named."""
    if len(subject_id) > MAX_SUBJECT or has_unsafe_characters(subject_id):
        detail = f"text of 1 to {MAX_SUBJECT} characters without control or direction characters was expected"
        raise BadParameter([Mistake(detail, "#/subject_id")], place="path")
    return subject_id
