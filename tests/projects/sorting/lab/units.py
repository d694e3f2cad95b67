SCALE = 2
NAME = "cm"
