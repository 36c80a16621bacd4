"""The stand-in's state: tables of frozen values under one raft-like index."""
