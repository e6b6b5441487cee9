"""Random notebooks out of hazards, converted and compared with a plain run: differential fuzzing, as compilers are tested."""
