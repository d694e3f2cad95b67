import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

matplotlib.use("Agg")
plt.style.use("ggplot")
plt.rcParams["figure.dpi"] = 200
np.set_printoptions(precision=3)
pd.set_option("display.width", 120)

COLOR = "red"


def curve(values):
    figure, axes = plt.subplots()
    axes.plot(values, color=COLOR)
    figure.savefig("curve.png")
    return len(values)


def bars(values):
    plt.bar(range(len(values)), values, color=COLOR)
