"""Original against pipeline."""
