"""The corpus: odd inputs, made on the spot, and what is to come of each; and its run."""
