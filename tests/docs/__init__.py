"""The documents: the references that are written from the code, and how pages are read."""
