"""Cleans the rentals."""

import pandas as pd


def clean(days):
    """The days without gaps, each with a note whether it is on a weekend."""
    days = days.dropna()
    return days.assign(weekend=days["weekday"].isin(["Sat", "Sun"]))


if __name__ == "__main__":
    days = clean(pd.read_csv("data/rentals.csv"))
    days.to_csv("data/clean.csv", index=False)
    print(f"{len(days)} days are complete")
