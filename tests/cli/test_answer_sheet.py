"""The sheet in which the owner writes answers: whatever is done to it, no answer goes to another question."""

from __future__ import annotations

from datetime import date

import pytest

from twin.cli.answer_sheet import Sheet, add_faults, read_sheet, write_sheet
from twin.gaps import Gap, group, join_groups

DAY = date(2026, 1, 1)
TOPICS = join_groups(
    group([Gap(1, "Are you tall?", 2, DAY, DAY, "No idea."), Gap(2, "Do you sing?", 1, DAY, DAY)]), None
)
MARKDOWN = "# Yes\n\n- **1.93 m**\n\n  %% in the morning"
WRITTEN = write_sheet(TOPICS, Sheet({1: MARKDOWN, 2: "Badly."}))


def test_what_is_written_is_read() -> None:
    for text in (WRITTEN, WRITTEN.replace("\n", "\r\n"), f"\ufeff{WRITTEN}", WRITTEN.rstrip()):
        assert read_sheet(text, TOPICS) == Sheet({1: MARKDOWN, 2: "Badly."})
    broken = "One  \ntwo\u2028three\x0bfour"
    assert read_sheet(write_sheet(TOPICS, Sheet({1: broken})), TOPICS) == Sheet({1: broken})
    assert read_sheet(write_sheet(TOPICS, Sheet()), TOPICS) == Sheet()
    assert read_sheet("", TOPICS) == Sheet()


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("%% Write", "Hello.\n%% Write", "below no question that waits"),
        ("%% 1 Are", "%%1 Are", "begins with %% and was changed"),
        ("%% 2 Do", "%% 77 Do", "number of this question was 2"),
        ("%% 2 Do you", "%% 77 Who", "below no question that waits"),
        ("Badly.", "%% Badly.", "begins with %% and was changed"),
        ("# Yes", "# Yes\n%% 2 Steps for owners\nwalk", "is none of that question's"),
        ("# Yes", "# Yes\n%%! no", "begins with %% and was changed"),
    ],
)
def test_damage_is_named_and_no_answer_goes_to_another_question(before: str, after: str, fault: str) -> None:
    text = WRITTEN.replace(before, after, 1)
    sheet = read_sheet(text, TOPICS)
    assert any(fault in each for each in sheet.faults)
    assert MARKDOWN not in sheet.answers.get(2, "")
    assert "Badly." not in sheet.answers.get(1, "")
    again = add_faults(text, sheet.faults)
    assert add_faults(again, sheet.faults) == again
    assert again.endswith(text)


def test_a_deleted_question_is_skipped_and_a_changed_wording_is_not_minded() -> None:
    at = WRITTEN.index("%% 2")
    assert read_sheet(WRITTEN[:at], TOPICS) == Sheet({1: MARKDOWN})
    assert read_sheet(WRITTEN.replace("Are you tall", "Are you very tall"), TOPICS).answers[1] == MARKDOWN
    assert read_sheet(WRITTEN, TOPICS[:1]).stray == "Badly."
