from . import X

H = X + "h"
