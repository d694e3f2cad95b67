










def square(n, kind):
    if n == 3:
        raise ValueError("three")
    with open("data.txt") as file:
        return {"square": n * n, "kind": kind, "read": file.read().strip()}











