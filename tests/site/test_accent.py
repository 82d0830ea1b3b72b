"""A brand may choose its colour, as long as words in it can be read."""

import pytest

from hub.errors import SettingsError
from hub.site.assets import accent_rules, contrast


def test_black_on_white_is_the_most_there_is():
    assert contrast("#000", "#ffffff") == pytest.approx(21)


def test_a_readable_accent_becomes_the_light_pages_own():
    assert accent_rules("#274b73") == b"\n:root{--accent-light:#274b73}\n"


def test_a_pale_accent_ends_the_build_with_its_ratio():
    with pytest.raises(SettingsError) as told:
        accent_rules("#8db9ff")
    assert "stands out from #ececea by 1.7 to 1; words need 4.5 to 1" in str(told.value)
    assert "darker" in str(told.value)
