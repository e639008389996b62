"""Persian text in one form, and national ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.persian import HALF_SPACE, is_national_id, latin_digits, normal_text, persian_digits, search_key

# The letters, marks, spaces and controls that meet in pasted names, so that Hypothesis finds their quarrels.
TROUBLE = "اآأويىیكکهۀةؤئ\u0653\u0654\u064e\u200c\u200d\u200e\u202e\u2066\ufeff\u200b \u00a0\t\n\x07aé\u0301۱١1ﻋﻼ"


@given(st.one_of(st.text(max_size=20), st.text(TROUBLE, max_size=12)))
def test_normal_text_is_settled(text):
    """Bringing text to its normal form twice is the same as once."""
    once = normal_text(text)
    assert once == normal_text(once)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("علي كاظمى", "علی کاظمی"),
        ("  علی   رضا ", "علی رضا"),
        (f"علی{HALF_SPACE}{HALF_SPACE}رضا", f"علی{HALF_SPACE}رضا"),
        (f"علی {HALF_SPACE} {HALF_SPACE} رضا", "علی رضا"),
        (f"آزاد{HALF_SPACE}ی", "آزادی"),
        ("\u202eعلی\u202c", "علی"),
        ("ا\u200e\u0653ب", "آب"),
        ("علی\u2028رضا", "علی رضا"),
        ("<b>O'Neill</b>", "<b>O'Neill</b>"),
        ("مُحَمَّد", "مُحَمَّد"),
    ],
)
def test_normal_text(typed, expected):
    """Letters become Persian, invisible marks and doubled spaces go, anybody's script and vowels stay."""
    assert expected == normal_text(typed)


@pytest.mark.parametrize(
    "spellings",
    [
        ("علي رضا", f"علی{HALF_SPACE}رضا", "علیرضا", "عليرضا", "ﻋﻠﻴﺮﺿﺎ"),
        ("مُحَمَّد", "محمد", "محمّد"),
        ("خانهٔ", "خانۀ", "خانه", "خانة"),
        ("رؤیا", "رویا"),
        ("آرش", "ارش"),
        ("Ahmad", "AHMAD", "ahmad"),
        ("پلاک ۱۲", "پلاک ١٢", "پلاک12"),
    ],
)
def test_spellings_that_find_each_other(spellings):
    """Spellings of one name have one search key."""
    assert len({search_key(spelling) for spelling in spellings}) == 1


def test_different_names_stay_different():
    """The search key does not confuse names that merely look alike."""
    names = ("حسن", "حسین", "محسن", "احسان", "حسنا")
    assert len(names) == len({search_key(name) for name in names})


def test_digits():
    """Digits change kind and nothing else does."""
    assert (latin_digits("کد ۱۲٣٤"), persian_digits("کد 1234")) == ("کد 1234", "کد ۱۲۳۴")


@pytest.mark.parametrize("text", ["0499370899", "0790419904", "۰۴۹۹۳۷۰۸۹۹", "٠٧٩٠٤١٩٩٠٤", "790419904", "079-041990-4"])
def test_national_ids_with_a_right_check_digit(text):
    """Ten digits of any kind, or nine without the leading zero, are an id when the check digit fits."""
    assert is_national_id(text)


@pytest.mark.parametrize(
    "text", ["0499370898", "1111111111", "0000000000", "04993708990", "1234567", "", "۰۴۹۹۳۷۰۸۹x", "0794019904"]
)
def test_what_is_no_national_id(text):
    """A wrong check digit, swapped or equal digits, and a wrong length are refused."""
    assert not is_national_id(text)


@given(st.integers(0, 999_999_999))
def test_one_check_digit_fits(number):
    """Of the ten digits that may follow nine others, exactly one is right, unless all ten would be equal."""
    fitting = [digit for digit in range(10) if is_national_id(f"{number:09d}{digit}")]
    assert len(fitting) == (0 if len(set(f"{number:09d}")) == 1 else 1)
