"""Fits the forecast of tomorrow's rentals and keeps it in models/."""

import sys
from pathlib import Path

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error

N_TREES = 40
DEPTH = int(sys.argv[1]) if len(sys.argv) > 1 else 4

days = pd.read_csv("data/rentals.csv").dropna()
days["weekend"] = days["weekday"].isin(["Sat", "Sun"])
features = ["temperature", "rain", "wind", "weekend", "holiday"]

past, recent = days[:-120], days[-120:]
model = RandomForestRegressor(n_estimators=N_TREES, max_depth=DEPTH, random_state=0)
model.fit(past[features], past["rentals"])
error = mean_absolute_error(recent["rentals"], model.predict(recent[features]))
print(f"mean error: {error:.1f} bikes a day")

Path("models").mkdir(exist_ok=True)
joblib.dump(model, "models/forecast.joblib")
