"""Medical necessity: features from the extraction, a linear model in plain arrays, calibration, and the verdict."""
