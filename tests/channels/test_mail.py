"""A mail server's certificate is verified before it is told a password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.errors import Unreachable
from hub.guard import resolve
from hub.mail import opener
from tests.channels.letters import SENDER, letter
from tests.channels.post_office import Office, opened
from tests.hostile.server import CERTIFICATE, EXPIRED


@pytest.fixture(params=["imaps", "imap"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def office(scheme: str) -> Iterator[Office]:
    with opened(Office(CERTIFICATE, scheme, letters=[letter(number=1), letter(number=2)])) as office:
        yield office


def read(office: Office) -> list[bytes]:
    with opener(Path(), ["127.0.0.1"], resolve)(office.folder, "us", "sesame") as folder:
        return [folder.letter(number) for number in folder.numbers(SENDER, "")]


def test_letters_come_from_a_server_whose_certificate_holds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert read(office) == office.letters
    assert any("sesame" in said for said in office.heard)


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password(office: Office) -> None:
    with pytest.raises(Unreachable, match="certificate verify failed"):
        read(office)
    assert not any("sesame" in said for said in office.heard)


def test_a_certificate_that_is_over_is_refused_even_from_a_trusted_hand(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(EXPIRED))
    with opened(Office(EXPIRED, scheme)) as office, pytest.raises(Unreachable, match="expired"):
        read(office)


def test_a_certificate_for_another_name_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    place = office.folder.replace("localhost", "127.0.0.1")
    with pytest.raises(Unreachable, match="mismatch"), opener(Path(), ["127.0.0.1"], resolve)(place, "us", "x"):
        pass
