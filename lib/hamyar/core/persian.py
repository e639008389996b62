"""Persian text as people type it, brought to one form.

The same name arrives with Arabic or Persian letters, with any of three kinds of digits,
with spaces where a half-space belongs, pasted with invisible direction marks.
:func:`normal_text` is what the store keeps; :func:`search_key` is what a search compares,
so that «علي رضا», «علی‌رضا» and «علیرضا» find each other.

Names may be in any script, and are never markup: escaping is the work of whoever prints them.
"""

import re
import unicodedata

HALF_SPACE = "\u200c"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_TO_PERSIAN = str.maketrans("0123456789", _PERSIAN)
_TO_LATIN = str.maketrans(_PERSIAN + "٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)
# persiantools' own ar_to_fa also drops a vowel mark after some letters, which would change a written name.
_ARABIC_LETTERS = str.maketrans("يىك", "ییک")
# For finding only: spellings that people mix.
_ONE_SPELLING = str.maketrans({"ۀ": "ه", "ة": "ه", "ؤ": "و", "ئ": "ی", "أ": "ا", "إ": "ا", "آ": "ا", "ـ": ""})
# Overrides and isolates reorder what a reader sees; a name has no use for them, a forger has.
_DIRECTION_CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\u200b\u2028\u2029]")
# Letters that do not join to the next one need no half-space after them: it is invisible there.
_NON_JOINING_END = "اآأإدذرزژوؤء"


def persian_digits(text: str) -> str:
    return text.translate(_TO_PERSIAN)


def latin_digits(text: str) -> str:
    """Persian ۰-۹ and Arabic ٠-٩ as 0-9; everything else untouched."""
    return text.translate(_TO_LATIN)


def normal_text(text: str) -> str:
    """One form for storage: Persian ی and ک, composed letters, single spaces, no invisible controls.

    Half-spaces stay where they change how a word is written and go where they cannot be seen
    (doubled, beside a space, or after a letter that does not join).
    """
    # Taking one mark away may bring two others together (a letter and its madda), so until nothing changes.
    while (tidier := _tidied(text)) != text:
        text = tidier
    return text


def _tidied(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = _DIRECTION_CONTROLS.sub("", text)
    text = _CONTROLS.sub(" ", text)
    text = text.translate(_ARABIC_LETTERS)
    text = re.sub(f"{HALF_SPACE}+", HALF_SPACE, text)
    text = re.sub(f"(?:{HALF_SPACE}?\\s)+{HALF_SPACE}?", " ", text)
    text = re.sub(f"(?<=[{_NON_JOINING_END}]){HALF_SPACE}", "", text)
    return text.strip(f" {HALF_SPACE}")


def search_key(text: str) -> str:
    """What two spellings of one name share: no spaces, half-spaces, vowel marks or letter variants; lower case."""
    text = normal_text(latin_digits(text)).translate(_ONE_SPELLING)
    # Text copied from a PDF may hold the letters' drawn forms; taken apart they are Arabic letters once more.
    text = unicodedata.normalize("NFKD", text).translate(_ARABIC_LETTERS).translate(_ONE_SPELLING)
    text = "".join(ch for ch in text if not unicodedata.combining(ch))
    return re.sub(rf"[\s{HALF_SPACE}]", "", text).casefold()


def is_national_id(text: str) -> bool:
    """Whether ``text`` is an Iranian national id: ten digits (eight and nine are padded) with a right check digit.

    The check digit is the weighted sum of the first nine (10 down to 2) modulo 11, taken from 11 when above one.
    Ten equal digits satisfy the sum but are never issued.
    """
    digits = latin_digits(text).strip().replace("-", "")
    if not re.fullmatch(r"[0-9]{8,10}", digits):
        return False
    digits = digits.zfill(10)
    if len(set(digits)) == 1:
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == (remainder if remainder < 2 else 11 - remainder)
