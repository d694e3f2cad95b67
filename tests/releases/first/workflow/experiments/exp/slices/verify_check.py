























def check(results):
    good = [run["result"]["square"] for run in results["square"] if run["success"]]
    return good == [1, 4] and SETUP["base"] == 13
