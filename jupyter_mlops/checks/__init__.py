"""`check`: how one capability of a project stands, for a person who is at work on it."""
