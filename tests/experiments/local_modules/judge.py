from shapes import Square


def all_good(runs, context):
    areas = [Square(2).area(), Square(3).area()]
    return [run["result"][0] for run in runs] == areas and context["version"] == "V1!"
