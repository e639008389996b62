"""Equal content is written down equally."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hamyar.store.canonical import RowsDigest, canonical_json, plain_rows, sha256_of


def test_the_order_of_keys_does_not_matter():
    """Two mappings with equal content have one hash."""
    assert sha256_of({"a": 1, "b": "ب"}) == sha256_of({"b": "ب", "a": 1})
    assert canonical_json({"b": "ب", "a": 1}) == '{"a":1,"b":"ب"}'


def test_categories_and_text_give_the_same_plain_rows():
    """A categorical column gives the rows that the same column gives as text."""
    text = pd.DataFrame({"a": pd.Series(["x", None], dtype="str"), "b": pd.Series([2**63 - 1, None], dtype="Int64")})
    categories = text.assign(a=text["a"].astype("category"))
    assert [("x", 2**63 - 1), (None, None)] == list(plain_rows(text)) == list(plain_rows(categories))


@given(st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=4))
def test_a_missing_value_does_not_enter_a_digest(row: dict[str, object]):
    """A column that is missing in a row leaves the row's digest as if the column did not exist."""
    with_missing, without = RowsDigest(), RowsDigest()
    with_missing.add({**row, "added later": None})
    without.add(row)
    assert with_missing.hexdigest() == without.hexdigest()


def test_a_copied_digest_goes_its_own_way():
    """Rows added to a copy do not touch the original."""
    original = RowsDigest()
    before = original.hexdigest()
    original.copy().add({"a": 1})
    assert before == original.hexdigest()
