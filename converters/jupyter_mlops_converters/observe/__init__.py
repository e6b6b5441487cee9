"""One traced run of the notebook: what really happened."""
