"""Read a notebook: versions, magics, cells."""
