"""Settings for a pool, found by replaying its history: cost against wait, and how sure it is."""
