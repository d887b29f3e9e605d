"""Settings that most tests start a service with."""

from __future__ import annotations

KEY = "sk-test-0123456789"
METRICS_TOKEN = "metrics-0123456789"
UNLIMITED = {"RATE_LIMITS": "off", "DAILY_TOKENS": "1000000000"}  # all tests ask from one address, on one day
IMPATIENT = {"CHAT_DEADLINE": "4"}  # seconds: for what waits until it is over, and for nothing else
