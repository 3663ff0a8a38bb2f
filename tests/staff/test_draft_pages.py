"""The draft on the pages: checked, published, compared, rolled back; entries blocked at once."""
