"""The whole journey on a bundled Level 0 project: what `jupyter mlops demo` shows."""
