"""Addresses: which ones may stand on a page, and when two of them name the same thing."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from hub.tidy.words import scrub

LONGEST = 4000

# A host as a browser would read it, without user, password or tricks; or an IPv6 literal.
_HOST = re.compile(r"(?:[^\s\x00-\x20<>\"'`\\^{|}%#?/@:\[\]]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
_LINK_TAG = re.compile(r"\s*[{|].*?[|}]")  # what Pelican's link expander would act on: {static}/…, |filename|…
_MAIL = re.compile(r"[^\s@<>\"'{}|\\^`]+@[\w.-]+")
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|yclid|igsh|igshid|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi"
    r"|ref_src|ref_url|oly_anon_id|oly_enc_id|vero_id|wickedid|__s|s_cid)(?:=.*)?",
    re.IGNORECASE | re.DOTALL,
)


def url(text: str, base: str = "") -> str:
    """An absolute http(s) address in ASCII but for its host, resolved against `base`; "" when it may not be linked."""
    raw = re.sub(r"[\n\t]", "", scrub(text)).strip()
    if not raw or len(raw) > LONGEST or _LINK_TAG.match(raw):
        return ""
    parts = _split(raw, base)
    if parts is None or parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        return ""
    path, query, fragment = (_escape(part) for part in parts[2:])
    found = urlunsplit((parts.scheme, parts.netloc.lower(), path, query, fragment))
    return found if len(found) <= LONGEST else ""


def link(text: str, base: str = "") -> str:
    """What an <a> may point at: `url`, or a plain mailto address."""
    raw = scrub(text).strip()
    if raw[:7].lower() != "mailto:":
        return url(text, base)
    address = raw[7:].partition("?")[0]
    return f"mailto:{_escape(address)}" if _MAIL.fullmatch(address) else ""


def name(uri: str) -> str:
    """The one spelling under which names are compared: two names are the same thing when this is equal.

    For http(s): https, lower-case host, no default port, no tracking parameters, no slash at the end of the path; the
    fragment counts. Other URIs (at:, tag:, urn:) keep every letter but those of their scheme.
    """
    raw = re.sub(r"[\n\t]", "", scrub(uri)).strip()
    parts = _split(raw, "")
    if parts is None or not parts.scheme:
        return raw
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return parts.scheme + raw[len(parts.scheme) :]
    host = re.sub(r":(80|443)?$", "", parts.netloc.lower())
    query = "&".join(part for part in parts.query.split("&") if part and not _TRACKING.fullmatch(part))
    path, query, fragment = (_escape(part) for part in (parts.path.rstrip("/"), query, parts.fragment))
    return urlunsplit(("https", host, path, query, fragment))


def host(address: str) -> str:
    """The host of an http(s) address in lower case, without port and "www."; "" when there is none."""
    parts = _split(address, "")
    return (parts.hostname or "").removeprefix("www.") if parts is not None else ""


def _split(raw: str, base: str) -> SplitResult | None:
    try:
        parts = urlsplit(urljoin(base, raw) if base else raw)
        _ = parts.port
    except ValueError:  # a bracket or a port that is none
        return None
    return parts


def _escape(part: str) -> str:
    return quote(part, safe="!#$%&'()*+,-./:;=?@[]_~")
