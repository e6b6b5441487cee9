"""How evidence becomes a level."""
