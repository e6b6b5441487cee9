"""What each cell defines, uses, mutates, reads, writes."""
