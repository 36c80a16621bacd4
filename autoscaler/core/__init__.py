"""Pure values and functions: what was observed, what is decided, and why."""
