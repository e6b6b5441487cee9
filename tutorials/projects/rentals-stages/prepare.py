"""Cleans the rentals."""

import pandas as pd

days = pd.read_csv("data/rentals.csv").dropna()
days["weekend"] = days["weekday"].isin(["Sat", "Sun"])
days.to_csv("data/clean.csv", index=False)
print(f"{len(days)} days are complete")
