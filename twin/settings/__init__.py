"""Every setting, where it comes from, and how it is checked."""
