"""POST /chat."""
