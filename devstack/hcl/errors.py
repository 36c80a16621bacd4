"""What is wrong with a job file.  Imports nothing."""


class HclError(ValueError):
    """A job file, or the values for its variables, cannot be used; the message says where."""
