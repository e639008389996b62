"""Names, national ids and telephones of people who do not exist.

Common given names and surnames are combined at random.  National ids begin with 99, a range no registry office
issues, and carry a right check digit, so that every check is exercised and no real person is named.
Telephones begin with 0000, which no exchange can dial.
"""

import numpy as np

from hamyar.core.sample.draws import Draws, text_of
from hamyar.core.sample.households import FEMALE, OTHER_PLACE, PLACES, Households

_WOMEN = (
    *("زهرا", "فاطمه", "مریم", "معصومه", "زینب", "سمیه", "لیلا", "اعظم", "سکینه", "طاهره", "نرگس", "رقیه"),
    *("اکرم", "صدیقه", "خدیجه", "نسرین", "پروین", "شهناز", "مهناز", "سارا", "نازنین", "الهام", "فرشته", "ریحانه"),
    *("حدیث", "کوثر", "هانیه", "مهدیه", "عاطفه", "راضیه", "مرضیه", "حمیده", "بتول", "گل‌نسا", "ام‌البنین", "شیرین"),
)
_MEN = (
    *("محمد", "علی", "حسین", "مهدی", "حسن", "رضا", "احمد", "محمود", "ابراهیم", "اسماعیل", "یوسف", "عباس"),
    *("قاسم", "اکبر", "اصغر", "مجید", "حمید", "سعید", "امیر", "یاسر", "ایمان", "بهروز", "فرهاد", "کاظم"),
    *("علی‌رضا", "غلام‌رضا", "محمدحسین", "امیرحسین", "ابوالفضل", "نادر", "جواد", "صادق", "باقر", "موسی", "یعقوب", "داود"),
)
_SURNAMES = (
    *("محمدی", "حسینی", "احمدی", "کریمی", "موسوی", "رضایی", "جعفری", "حیدری", "قاسمی", "مرادی", "رحیمی", "اکبری"),
    *("هاشمی", "امیری", "صادقی", "سلیمانی", "نظری", "یوسفی", "باقری", "کاظمی", "عزیزی", "شریفی", "رستمی", "صالحی"),
    *("حسین‌زاده", "عباس‌زاده", "ملک‌پور", "نیک‌نام", "خوش‌رفتار", "گل‌محمدی", "پورحسن", "طاهرخانی", "دهقان", "زارع"),
    *("بهرامی", "فتحی", "قربانی", "ایزدی", "نوروزی", "شکوهی", "میرزایی", "اسدی", "فلاح", "کشاورز", "چوپانی", "آهنگر"),
)
# Millions of families share a few digits; beyond them the fictitious numbers begin again.
_FICTITIOUS_FAMILIES = 1_000_000
_WEIGHTS = np.arange(10, 1, -1)


def draw_names(draws: Draws, households: Households) -> np.ndarray:
    """Full names, object array (families, 9).

    Women keep their father's surname, as Iranian women do, and children carry their father's.
    """
    women, men = draws.whole(0, len(_WOMEN) - 1, PLACES), draws.whole(0, len(_MEN) - 1, PLACES)
    is_woman = households.sexes == FEMALE
    given = np.where(is_woman, np.array(_WOMEN, dtype=object)[women], np.array(_MEN, dtype=object)[men])
    surnames = draws.whole(0, len(_SURNAMES) - 1, PLACES)
    own, fathers, others = surnames[:, 0], surnames[:, 1], surnames[:, OTHER_PLACE]
    woman_heads = is_woman[:, 0]
    surnames[:, 2:OTHER_PLACE] = np.where(woman_heads, fathers, own)[:, None]
    surnames[:, OTHER_PLACE] = np.where(households.ages[:, OTHER_PLACE] % 2 == 0, own, others)
    return given + " " + np.array(_SURNAMES, dtype=object)[surnames]


def draw_single_names(draws: Draws, is_woman: np.ndarray) -> np.ndarray:
    """Full names of people who belong to no family of the sample, object array (people,)."""
    women, men = draws.whole(0, len(_WOMEN) - 1), draws.whole(0, len(_MEN) - 1)
    given = np.where(is_woman, np.array(_WOMEN, dtype=object)[women], np.array(_MEN, dtype=object)[men])
    return given + " " + np.array(_SURNAMES, dtype=object)[draws.whole(0, len(_SURNAMES) - 1)]


def national_ids(family_numbers: np.ndarray, places: np.ndarray) -> np.ndarray:
    """``99`` and seven digits of the person, then the check digit; object array of text."""
    number = (family_numbers - 1) % _FICTITIOUS_FAMILIES * 10 + places
    digits = np.concatenate([np.full((len(number), 2), 9), _digits(number, 7)], axis=1)
    remainder = (digits * _WEIGHTS).sum(axis=1) % 11
    check = np.where(remainder < 2, remainder, 11 - remainder)
    return text_of(np.column_stack([digits, check]).astype(np.uint8) + ord("0"))


def phones(family_numbers: np.ndarray) -> np.ndarray:
    """``0000`` and seven digits of the family; object array of text."""
    digits = _digits(family_numbers % (10 * _FICTITIOUS_FAMILIES), 7)
    return text_of(np.pad(digits, ((0, 0), (4, 0))).astype(np.uint8) + ord("0"))


def _digits(numbers: np.ndarray, count: int) -> np.ndarray:
    return numbers[:, None] // 10 ** np.arange(count - 1, -1, -1) % 10
