"""Threads, alarms, sockets, files, locks and processes, on top of those of the operating system."""
