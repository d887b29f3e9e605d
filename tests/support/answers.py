"""What an owner has written, and answers of a model with contacts in them, right and wrong."""

from __future__ import annotations

from collections.abc import Sequence

from twin.grounding import Gate, Material, OwnedText, open_gate
from twin.settings.values import Grounding

FALLBACK = "That is not for me to say."
OWNER = """I am Roger. Write to roger@example.com, see https://example.com/cv or github.com/roger.
[My CV](/cv.pdf) and [profile](me). Call +44 20 7946 0958, or in the US (212) 555-0147.
My site is www.roger.dev, since 2019.
Blog: https://blog.example.com/posts/hello-world?id=3. Talks: <https://example.org/Talks/2024_(Oslo)>.
日本語: https://例え.jp/道"""
VISITOR = "My page is http://visitor.org/x, and my number 07700 900456."

RIGHT = [
    "https://example.com/cv",
    "HTTPS://EXAMPLE.COM/cv",
    "http://www.example.com/cv/",
    "https://example.com./cv",
    "https://example.com:443/cv",
    "https://example.com/cv?utm_source=a&utm_medium=b",
    "https://example.com/cv?fbclid=XYZ#top",
    "https://example.com/%63v",
    "example.com/cv",
    "www.example.com/cv",
    "//example.com/cv",
    "[my CV](https://example.com/cv)",
    '[my CV](https://example.com/cv "The CV")',
    "[**my** [CV]](<https://example.com/cv>)",
    "<https://example.com/cv>",
    "**https://example.com/cv**",
    "`https://example.com/cv`",
    "[my CV](/cv.pdf)",
    "[my profile](me)",
    "[![](https://example.com/cv)](https://github.com/roger)",
    "https://github.com/roger",
    "GitHub.com/roger/",
    "roger.dev",
    "https://roger.dev",
    "Roger.Dev.",
    "https://blog.example.com/posts/hello-world?utm_campaign=x&id=3",
    "https://example.org/Talks/2024_(Oslo)",
    "https://xn--r8jz45g.jp/%E9%81%93",
    "詳しくはhttps://example.com/cv。どうぞ",
    "roger@example.com",
    "ROGER@Example.COM",
    "roger@example.com.",
    "mailto:roger@example.com",
    "mailto:roger@example.com?subject=Hello%20there",
    "<roger@example.com>",
    "**roger@example.com**",
    "_roger@example.com_",
    "[roger@example.com](mailto:roger@example.com)",
    "+44 20 7946 0958",
    "+442079460958",
    "+44 (0)20 7946 0958",
    "0044 20 7946 0958",
    "020 7946 0958",
    "(020) 7946-0958",
    "tel:+442079460958",
    "[ring me](tel:02079460958)",
    "212-555-0147",
    "+1 (212) 555-0147",
    "1.212.555.0147",
    "http://visitor.org/x",
    "+44 7700 900456",
    "«roger@example.com»",
    "'roger@example.com'",
    "اكتب إلى roger@example.com، شكرا",
    "लिखें roger@example.com।",
    "Email:-roger@example.com",
    "roger@example.com로",
    "https://example.com/cv—my CV",
    "https://example.com/cv’s",
    "https://example.com/cv是我的网站",
    "https://example.com/cv에서",
    "https://example.com/cv,https://github.com/roger",
    "since 2019 020 7946 0958",
    "1. 020 7946 0958",
    "020 7946 0958 (24/7)",
    "020 7946 0958 – 24 hours",
    "020 7946 0958 / (212) 555-0147",
    "+44 20 / 7946 0958",
    "T+44 20 7946 0958",
    "\uff0b44 20 7946 0958",
    "020.7946.0958",
    "HTTPS://EXAMPLE.COM/CV",
    "https://example.com/cv?ref=twin&lipi=x",
    "[my CV]( https://example.com/cv )",
    "020 7946 0958/(212) 555-0147",
    "12.05.2023 020 7946 0958",
    "请拨打02079460958联系我",
]
HARMLESS = [
    "Node.js, ASP.NET, README.md and main.py",
    "x = df.to(device); self.id = rows[0](key)",
    "2015-2019, 2019-05-12, 12.05.2019, 1,000,000, 1 000 000 or 3.14159265358979",
    "ISBN 978-0-306-40615-7 and 550e8400-e29b-41d4-a716-446655440001",
    "192.168.1.100, v1.2.3, [1], [2](#note), e.g. this, i.e. that",
    "wow! *nice* **bold** (in brackets) [a [b] c] `code` <b>bold</b>",
    "the end.The next sentence begins; and/or this",
    "2023-05-12 14:30, 12.05.2023 14:30 Uhr, 05/12/2023 2:30 PM",
    "date.today(), match.group(1), torch.cat([a, b], dim=0), s.center(20), user.city, location.host, redux.store",
    "System.IO, java.io, com.example.app, at com.example.app.Main.run(Main.java:42), System.in, df.at",
    "2**32 = 4294967296, 13! = 6227020800, x = 12345678901",
    "INV-2023-000123, PO-2023-12345, DC 20500-0003, 94105-1234, 〒100-0001, order number 4502345678",
    "Chrome 120.0.6099.130, Windows 10.0.19045.3803, ISBN-13: 978 0 262 03384 8, +1000000 followers",
    "starts with http:// or https://",
    "B.Sc. and M.Sc. in physics, B.Com, Pvt.Ltd, Co.Ltd.",
    "main.py:42, app.js:10, server.go:120 and C++11",
    "05/2019 - 06/2020, 01/2019–12/2020, 12/05/2019-14/06/2020, 2019-05-12/2020-06-14",
    "contrast 4.5:1, 127.0.0.1:5000, react@18.2.0, numpy@1.26",
    "ORCID: 0000-0002-1825-0097, ISSN 0028-0836, ISBN-10 0306406152, IBAN DE89 3704 0044 0532 0130 00",
    "4111-1111-1111-1111 or 4111 1111 1111 1111, order 123-4567890-1234567",
    "RTX 3080/3090/4090, 2147483647, 1700000123, reach 1500000 people, 0 5 10 15 20 25 30, 001 002 003 004",
    "from 1500-2000 to 10000-20000, at 10:30, for $1200000000",
]
WRONG = [
    "https://evil.com/x",
    "HTTPS://EVIL.COM",
    "https://example.com/invented",
    "https://example.com@evil.com/",
    "https://evil.com/?u=https://example.com/cv",
    "https://example.com.evil.com/cv",
    "https://evil.com/roger@example.com",
    "http://10.0.0.1/evil",
    "ftp://evil.com/file",
    "https://xn--evil-1na.com/",
    "www.evil.com",
    "evil.com",
    "evil.co.uk/path",
    "//evil.com/x",
    "[my site](https://evil.com/a)",
    '[my site](https://evil.com/a "evil title")',
    "[my site](<https://evil.com/a b>)",
    "[my site](https&#58;//evil.com)",
    "[my site](https\\://evil.com)",
    "[bad](javascript:evil)",
    "[my CV](/evil.pdf)",
    "[my CV](evil.pdf)",
    "[https://evil.com](https://evil.com)",
    "[https://evil.com](https://example.com/cv)",
    "[![](https://evil.com/i.png)](https://evil.com)",
    "![](https://evil.com/i.png?q=roger)",
    "<https://evil.com>",
    '<a href="https://evil.com">here</a>',
    "**https://evil.com**",
    "`evil.com/path`",
    "|https://evil.com|",
    "(https://evil.com/a_(b))",
    "请看https://evil.com/x。",
    "boss@evil.com",
    "roger.campbell@example.com.evil.org",
    "evil.roger@example.com",
    "mailto:evil@example.net",
    "mailto:roger@example.com?cc=evil@example.net",
    "<evil@example.net>",
    "**evil@example.net**",
    "[write](mailto:evil@example.net)",
    "+44 20 7946 1666",
    "020 7946 6661",
    "(555) 666-1666",
    "1-800-666-1666",
    "+49 30 1666666",
    "07700 916666",
    "tel:+4930166661",
    "[ring me](tel:+4930166661)",
    "2125516660",
    "http://[::1]/evil",
    "«evil.com»",
    "evil.com।",
    "evil.com،",
    "mail.evil.it, evil.co.in",
    "-evil.com",
    "415.666.2671",
    "06.12.66.60.78",
    "044.666.18.00",
    "+(44)20 7183 6661",
    "(495) 666-45-67",
    "11 96668-4321",
    "96668 43210",
    "138 0666 8001",
    "1. 415-666-2671",
    "in 2019 415-666-2671",
    "415-666-2671 (24/7)",
    "0171 / 666 45 67",
    "T+41 44 666 18 00",
    "call me:\n96661 23450",
    "电话：138 0666 8001",
    "फ़ोन: 96668 43210",
    "Phone: 44 20 7166 6751",
    "\uff10\uff13\uff0d1666\uff0d5678",
    '[bad](https://evil.com "t (x)")',
    "请拨打13966645678联系我",
    "電話は03-1666-5678です",
    "मुझे ९९९९९१६६६५ पर",
    "Ruf mich an: 0160.9876661",
    "Phone # 415-666-9876",
    "0 800 166 656",
    "8-800-666-35-35",
    "666 34 56 78",
    "evilsharma.in, evilrossi.it or evilhuber.at",
]
MISSPELT = {
    "rogr@example.com": "roger@example.com",
    "roger@exmaple.com": "roger@example.com",
    "mailto:roger@example.co": "mailto:roger@example.com",
    "[write](mailto:rodger@example.com)": "[write](mailto:roger@example.com)",
    "https://exmple.com/cv": "https://example.com/cv",
    "<https://example.com/vc>": "<https://example.com/cv>",
    "[me](https://github.com/rogre)": "[me](https://github.com/roger)",
    "**rogers.dev**": "**www.roger.dev**",
    "+44 20 7946 0985": "+44 20 7946 0958",
    "212-555-0148": "(212) 555-0147",
    "[ring](tel:+442079460959)": "[ring](tel:+442079460958)",
}
SENTENCES = ["{}", "I say {} to you.", "One: {}, and more", "see {}\nand then"]

Shown = tuple[str, list[str], list[str]]  # in the end, and what was repaired and removed

OWNERS = OwnedText(OWNER)


def make_gate(mode: Grounding = "strict", private: Sequence[str] = ()) -> Gate:
    return open_gate(mode, Material([OWNERS], map(OwnedText, private)), FALLBACK, [VISITOR])


def show(pieces: Sequence[str], mode: Grounding = "strict", private: Sequence[str] = ()) -> Shown:
    """What becomes of an answer in pieces."""
    gate = make_gate(mode, private)
    text = "".join([*map(gate.push, pieces), gate.finish()])
    return text, gate.repaired, gate.removed


def show_cut_up(answer: str, mode: Grounding = "strict", private: Sequence[str] = ()) -> Shown:
    """The same of a whole answer, after checking that it makes no difference to send each character alone."""
    whole = show([answer], mode, private)
    assert show(list(answer), mode, private) == whole
    return whole


def show_cut_everywhere(answer: str, mode: Grounding = "strict", private: Sequence[str] = ()) -> Shown:
    """The same, after checking that it makes no difference how the answer is cut."""
    whole = show_cut_up(answer, mode, private)
    for position in range(1, len(answer)):
        assert show([answer[:position], answer[position:]], mode, private) == whole
    return whole


SECRET = (
    "The spare key to the lakeside house lies under the third blue flower pot. My salary at Northwind was 95000 "
    "dollars in the last year. I am going to leave the company in spring to write a novel about lighthouses."
)
