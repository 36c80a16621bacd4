"""Tests: unit (no I/O), contract (adapters against servers), e2e (the devstack)."""
