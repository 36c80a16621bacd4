"""What is measured of a cycle: the catalogue of metrics, and one report's samples of them."""
