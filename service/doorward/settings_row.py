"""One row of the table of settings."""

from dataclasses import dataclass

from doorward.settings_parsers import Parser

PREFIX = "DOORWARD_"


@dataclass(frozen=True, slots=True)
class Setting:
    """*field* of `Settings`, the variable, how its text is read, and what it is for.

    *default* is text that *parse* reads, or empty where the value is absent or depends on other settings;
    *shown* says the default to a person.
    """

    field: str
    parse: Parser
    default: str
    doc: str
    shown: str = ""
    secret: bool = False

    @property
    def name(self) -> str:
        return PREFIX + self.field.upper()

    @property
    def default_shown(self) -> str:
        return self.shown or self.default
