"""A brand may choose its colour, as long as words in it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import SettingsError
from hub.site.assets import DARK_GROUNDS, accent_rules, contrast, lightened


def test_black_on_white_is_the_most_there_is():
    assert contrast("#000", "#ffffff") == pytest.approx(21)


def test_a_readable_accent_becomes_the_light_pages_own():
    assert accent_rules("#274b73").startswith(b"\n:root{--accent-light:#274b73;")


@given(st.integers(0, 0xFFFFFF))
def test_any_accent_can_be_read_with_ease_in_the_dark(number):
    shade = lightened(f"#{number:06x}")
    assert min(contrast(shade, ground) for ground in DARK_GROUNDS) >= 7


def test_in_the_dark_the_accent_keeps_its_hue():
    assert accent_rules("#7a1f1f") == b"\n:root{--accent-light:#7a1f1f;--accent-dark:#e7a1a1}\n"


def test_a_pale_accent_ends_the_build_with_its_ratio():
    with pytest.raises(SettingsError) as told:
        accent_rules("#8db9ff")
    assert "stands out from #ececea by 1.7 to 1; words need 4.5 to 1" in str(told.value)
    assert "darker" in str(told.value)
