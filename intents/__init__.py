"""Language understanding: text in, decision out. Knows no channel, database or web."""
