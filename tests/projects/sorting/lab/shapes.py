from .units import SCALE


class Grid:
    def __init__(self, width, height):
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height * SCALE
