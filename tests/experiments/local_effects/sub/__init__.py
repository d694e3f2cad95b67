X = "subx"
