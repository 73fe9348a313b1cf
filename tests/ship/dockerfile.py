"""The Dockerfile as data: its stages and their instructions, and what the image sets for whoever runs it."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Instruction:
    """One line, continuations included: `RUN` and what follows it."""

    word: str
    rest: str

    def words(self) -> list[str]:
        """Return the parts of the exec form or of the plain one."""
        found: list[str] = json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)
        return found


@dataclass
class Stage:
    """One `FROM` and what stands below it."""

    name: str
    steps: list[Instruction] = field(default_factory=list)

    def all(self, word: str) -> list[Instruction]:
        return [step for step in self.steps if step.word == word]

    def last(self, word: str) -> Instruction:
        return self.all(word)[-1]

    def env(self) -> dict[str, str]:
        """Return what `ENV` sets."""
        pairs = [pair.split("=", 1) for step in self.all("ENV") for pair in step.words()]
        return dict(pairs)

    def command(self) -> list[str]:
        """Return what runs where nobody says otherwise."""
        return self.last("ENTRYPOINT").words() + self.last("CMD").words()


def stages(file: Path = ROOT / "Dockerfile") -> list[Stage]:
    """Return the stages of *file* in their order; what stands before the first `FROM` is left out."""
    text = "".join(line for line in file.read_text(encoding="utf-8").splitlines(True) if not line.startswith("#"))
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            found.append(Stage(rest.partition(" AS ")[2]))
        elif word and found:
            found[-1].steps.append(Instruction(word, rest.strip()))
    return found
