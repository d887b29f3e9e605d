"""What the operating system offers: threads, alarms, sockets, files and processes of our own."""
