"""The parts put together, and run."""

from autoscaler.app.assembly import App
from autoscaler.app.nomad_access import nomad_connection
from autoscaler.app.service import run_once, serve

__all__ = ["App", "nomad_connection", "run_once", "serve"]
