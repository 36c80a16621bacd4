"""The stand-in's scheduler: reconcile, place, and the loop over evaluations."""
