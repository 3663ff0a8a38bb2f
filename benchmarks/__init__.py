"""Measurements: each prints this project and its peers in one run."""
