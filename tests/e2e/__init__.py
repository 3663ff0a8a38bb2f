"""The whole program as a process of its own, against the local Bot API server."""
