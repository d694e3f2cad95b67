ALL = ["mean", "ends"]
