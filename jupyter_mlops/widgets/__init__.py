"""The scorecard in any notebook."""
