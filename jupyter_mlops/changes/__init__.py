"""The change set: preview, atomic apply, undo."""
