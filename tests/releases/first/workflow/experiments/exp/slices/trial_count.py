


















def count(k):
    return {"total": SETUP["base"] + k, "context_update": {"base": SETUP["base"] + k}}






