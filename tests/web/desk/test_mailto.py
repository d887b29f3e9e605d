"""The link by which the owner writes to a visitor: the address that was left, and the answer, alone."""

from __future__ import annotations

import pytest

from twin.owner import AskedQuestion
from twin.web.desk.answering import write_mailto

BODY = "?body=Yes%0D%0A%26cc%3Dx%40y.z"


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("ada@example.org", f"mailto:ada@example.org{BODY}"),
        (" o'neil+twin@example.co.uk ", f"mailto:o%27neil%2Btwin@example.co.uk{BODY}"),
        ("jürgen@münchen.de", f"mailto:j%C3%BCrgen@m%C3%BCnchen.de{BODY}"),
        ("ada@example.org?cc=x@y.z", None),
        ("ada@example.org\r\nBcc: x@y.z", None),
        ("ada@example.org%0d%0aBcc:x@y.z", None),
        ("ada@example.org,x@y.z", None),
        ("ada@example.org;x@y.z", None),
        ("Ada <ada@example.org>", None),
        ("javascript:alert(1)@example.org", None),
        ("\u202eada@example.org", None),
        ("a\u200bda@example.org", None),
        ("a\x00da@example.org", None),
        ("@ada_at_mastodon", None),
        ("+49 30 901820", None),
        (None, None),
    ],
)
def test_only_what_is_an_address_becomes_a_link(contact: str | None, link: str | None) -> None:
    asked = AskedQuestion(1, None, "Will you come?", contact, None, 1.0, None, "Yes\n&cc=x@y.z", 2.0, None)
    assert write_mailto(asked) == link
