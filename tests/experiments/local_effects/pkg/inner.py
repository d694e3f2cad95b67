def inner_value():
    return 5
