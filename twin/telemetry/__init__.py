"""Telemetry: log lines and metrics for the operator."""
