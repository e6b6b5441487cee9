"""Fits the forecast of tomorrow's rentals, keeps it in models/, and its settings and error in MLflow."""

import json
from pathlib import Path

import joblib
import mlflow
import pandas as pd
import yaml
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error

params = yaml.safe_load(Path("params.yaml").read_text())
features = ["temperature", "rain", "wind", "weekend", "holiday"]

days = pd.read_csv("data/clean.csv")
past, recent = days[:-120], days[-120:]
model = RandomForestRegressor(n_estimators=params["n_trees"], max_depth=params["depth"], random_state=0)
model.fit(past[features], past["rentals"])
error = mean_absolute_error(recent["rentals"], model.predict(recent[features]))
print(f"mean error: {error:.1f} bikes a day")

with mlflow.start_run():
    mlflow.log_params(params)
    mlflow.log_metric("mean_error", error)
Path("models").mkdir(exist_ok=True)
joblib.dump(model, "models/forest.joblib")
Path("metrics.json").write_text(json.dumps({"mean_error": round(error, 2)}) + "\n")
