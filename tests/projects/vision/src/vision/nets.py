import torch
from torch import nn

DROPOUT = 0.2


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(2, width)

    def forward(self, x):
        return nn.functional.dropout(self.layer(x), DROPOUT)


def train_net(net, rows, epochs):
    return float(net(torch.tensor(rows)).sum()) * epochs


def unused_net():
    return Net(1)
