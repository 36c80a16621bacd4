"""
A stand-in for a Nomad cluster: its HTTP API, its scheduler, and clients that run real processes.

It is for demos and tests; users run Nomad.  It answers the parts of the API of Nomad 1.0 that this
project uses, and paging, filters, job variables and idempotency tokens as later versions have them.
"""

from devstack.standin.owner import StandIn

__all__ = ["StandIn"]
