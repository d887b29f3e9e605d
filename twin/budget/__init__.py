"""What a day may cost."""
