"""Telemetry: log lines for the operator."""
