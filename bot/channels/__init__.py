"""Channels carry events in and replies out; none knows another."""
