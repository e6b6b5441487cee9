"""Stages, parameters, hand-overs: the Pipeline, the compiler's one intermediate form."""
