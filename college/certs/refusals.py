"""Why a paper was not printed. Light: whoever only reports a refusal need not load the renderer."""

from collections.abc import Iterable


class NotPrinted(Exception):
    """Base class: the certificate must not be issued as it stands."""


class FactMissing(NotPrinted):
    """The design names a placeholder that nobody filled, or a seal stands over a blank."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class MissingGlyph(NotPrinted):
    """Characters that no face of the papers can draw, or that mean nothing on paper."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = tuple(sorted(set(characters)))
        super().__init__(self.characters)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(f"U+{ord(character):04X}" for character in self.characters)

    def __str__(self) -> str:
        """For people: `🧿 (U+1F9FF)`; what cannot be shown is given by its code alone."""
        pairs = zip(self.characters, self.codes, strict=True)
        return ", ".join(f"{c} ({code})" if c.isprintable() else code for c, code in pairs)


class DesignRefused(NotPrinted):
    """The design asks for something outside its asset folder, or is not one printable page."""


class TextTooLong(NotPrinted):
    """The facts fill more than the page holds: a second page, or text that runs into the foot."""
