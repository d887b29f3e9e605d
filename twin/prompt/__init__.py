"""What the model is sent: persona, rules, messages."""
