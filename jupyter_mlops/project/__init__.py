"""What is in the project: one walk, cached parsers, git facts. Reads, never writes."""
