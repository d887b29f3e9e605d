"""What the owner can see of the service from outside: log lines."""
