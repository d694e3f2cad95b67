import pickle


def load(path):
    with open(path, "rb") as file:
        return pickle.load(file)


def save(value, path):
    with open(path, "wb") as file:
        pickle.dump(value, file)
