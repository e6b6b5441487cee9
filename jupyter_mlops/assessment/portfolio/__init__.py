"""Many repositories at once: where each stands, how it went, and what most of them lack."""
