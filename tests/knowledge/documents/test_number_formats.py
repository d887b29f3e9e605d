"""What a spreadsheet shows of numbers, dates and times."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from twin.knowledge.documents.formats.date_format import format_date
from twin.knowledge.documents.formats.number_format import format_number

DAY = datetime(2019, 5, 1)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1067, "00000", "01067"),
        (12.5, "General", "12.5"),
        (0.256, "0%", "26%"),
        (0.256, "0.0%", "25.6%"),
        (2.5, "0", "3"),
        (2, "0.##", "2"),
        (-5, "0", "-5"),
        (3, '0" years"', "3 years"),
        (1234.5, '#,##0.00\\ "€"', "1,234.50 €"),
        (1234.5, "#,##0.00 [$€-407]", "1.234,50 €"),
        (1234.5, "#,##0.00 [$€-40C]", "1\xa0234,50 €"),
        (1234.5, "#,##0.00 [$CHF-807]", "1,234.50 CHF"),
        (-1234.5, "$#,##0.00;[Red]($#,##0.00)", "($1,234.50)"),
        (0, '#,##0;-#,##0;"–"', "–"),
        (1234.5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "1,234.50 €"),
        (1_500_000, '0.0,,"M"', "1.5M"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (5551234, "[<=9999999]###-####;(###) ###-####", "5551234"),
        (0.5, "# ?/?", "0.5"),
        (12, "0;-0;;@", "12"),
        (0, "0;-0;;@", ""),
        (41000, ";;;", ""),
        (1e300, "#,##0", "1e+300"),
    ],
)
def test_shows_a_number_by_its_format(value: float, code: str, shown: str) -> None:
    assert format_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (DAY, "mmm yyyy", "May 2019"),
        (DAY, "yyyy", "2019"),
        (DAY, "dd.mm.yyyy", "01.05.2019"),
        (DAY, "[$-409]d. mmmm yyyy;@", "1. May 2019"),
        (DAY, "[$-407]mmmm yyyy", "2019-05"),
        (DAY, '[$-411]ggge"年"m"月"', "2019-05-01"),
        (DAY, 'yyyy"年"m"月"d"日"', "2019年5月1日"),
        (DAY, "mm-dd-yy", "2019-05-01"),
        (DAY, "yyyy-mm-dd h:mm:ss", "2019-05-01"),
        (date(2019, 5, 1), "d/m/yy", "1/5/19"),
        (datetime(2019, 5, 1, 9, 30), 'dd/mm/yyyy hh"h"mm', "01/05/2019 09h30"),
        (time(9, 5), "h:mm AM/PM", "9:05 AM"),
        (timedelta(hours=37, minutes=30), "[h]:mm:ss", "37:30"),
    ],
)
def test_shows_a_date_by_its_format(value: date | time | timedelta, code: str, shown: str) -> None:
    assert format_date(value, code) == shown
