"""The twin beside what a user would write instead: the same chats, the same core, in the same run."""
