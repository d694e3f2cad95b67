





def init():
    return {"base": 10, "seed": 3}



















