from sklearn.linear_model import Ridge

from .plotting import bars


def fit_baseline(rows, alpha):
    return float(Ridge(alpha=alpha).fit(rows, rows[:, 0]).coef_.sum())


def show(rows):
    bars(rows)
