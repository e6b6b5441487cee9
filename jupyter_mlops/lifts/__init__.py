"""One folder a lift: its code and its templates. A folder with `LIFT` is a lift by being here."""
