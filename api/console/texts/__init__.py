"""Words of the console in English and Chinese: one catalogue, each key with both languages."""

from api.console.texts.checks import CHECKS
from api.console.texts.claims import CLAIMS
from api.console.texts.events import EVENTS
from api.console.texts.pages import PAGES

LANGUAGES = {"en": "English", "zh": "中文"}
CATALOGUE: dict[str, tuple[str, str]] = PAGES | CLAIMS | EVENTS | CHECKS


class Words:
    """The catalogue in one language. Call it with a key and the values of its braces."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._column = list(LANGUAGES).index(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key; a key the catalogue lacks stands for itself, with spaces for underscores."""
        pair = CATALOGUE.get(key)
        text = pair[self._column] if pair else key.partition(":")[2].replace("_", " ") or key
        return text.format(**values) if values else text

    def knows(self, key: str) -> bool:
        """Whether the catalogue has the key."""
        return key in CATALOGUE
