import random

import numpy as np
import torch

SEED = 7

random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.backends.cudnn.deterministic = True


def fix(seed):
    np.random.seed(seed)
