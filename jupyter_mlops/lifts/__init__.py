"""One folder a lift: its code and its templates."""
