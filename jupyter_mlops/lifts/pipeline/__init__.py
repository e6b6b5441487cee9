"""The biggest lift: a notebook becomes a proven pipeline."""
