"""The notebook → pipeline compiler. Knows nothing of Jupyter servers or of assessment."""
