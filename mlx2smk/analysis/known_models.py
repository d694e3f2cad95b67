"""What libraries for machine learning make: objects that only keep what they are given, and others that draw."""

from __future__ import annotations

from typing import Final

from mlx2smk.analysis.known import listed

_CLASSES: Final = frozenset({"sklearn.*", "torchvision.transforms.*"})
"""Packages all of whose classes only keep what an instance is made of."""

_LAYERS: Final = frozenset(
    {
        *("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d"),
        *("AlphaDropout", "AvgPool1d", "AvgPool2d", "AvgPool3d", "BatchNorm1d", "BatchNorm2d"),
        *("BatchNorm3d", "CELU", "ConstantPad2d", "CosineSimilarity", "Dropout", "Dropout1d"),
        *("Dropout2d", "Dropout3d", "ELU", "Flatten", "GELU", "GLU", "GroupNorm", "Hardshrink"),
        *("Hardsigmoid", "Hardswish", "Hardtanh", "Identity", "InstanceNorm1d", "InstanceNorm2d"),
        *("LayerNorm", "LeakyReLU", "LogSigmoid", "LogSoftmax", "MaxPool1d", "MaxPool2d"),
        *("MaxPool3d", "Mish", "ModuleDict", "ModuleList", "PReLU", "PixelShuffle", "RMSNorm"),
        *("ReLU", "ReLU6", "ReflectionPad2d", "ReplicationPad2d", "SELU", "Sequential", "SiLU"),
        *("Sigmoid", "Softmax", "Softmin", "Softplus", "Softsign", "Tanh", "Tanhshrink"),
        *("Unflatten", "Upsample", "ZeroPad2d"),
        *("BCELoss", "BCEWithLogitsLoss", "CTCLoss", "CosineEmbeddingLoss", "CrossEntropyLoss"),
        *("GaussianNLLLoss", "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss"),
        *("MarginRankingLoss", "MultiLabelMarginLoss", "MultiMarginLoss", "NLLLoss"),
        *("PoissonNLLLoss", "SmoothL1Loss", "SoftMarginLoss", "TripletMarginLoss"),
    }
)
"""Layers without random weights, and losses, of ``torch.nn``."""

_FUNCTIONS: Final = frozenset(
    {
        *("sklearn.compose.make_column_selector", "sklearn.compose.make_column_transformer"),
        *("sklearn.pipeline.make_pipeline", "sklearn.pipeline.make_union"),
        *("sklearn.datasets.load_breast_cancer", "sklearn.datasets.load_diabetes"),
        *("sklearn.datasets.load_digits", "sklearn.datasets.load_iris"),
        *("sklearn.datasets.load_linnerud", "sklearn.datasets.load_wine"),
    }
)

DRAWING_LAYERS: Final = frozenset(
    f"torch.nn.{layer}"
    for layer in (
        *("Bilinear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d"),
        *("Embedding", "EmbeddingBag", "GRU", "GRUCell", "LSTM", "LSTMCell", "Linear"),
        *("MultiheadAttention", "RNN", "RNNCell", "Transformer", "TransformerDecoderLayer"),
        "TransformerEncoderLayer",
    )
)
"""Layers of PyTorch whose weights are drawn from its generator when they are made."""

DRAWING_DATA: Final = frozenset(
    {
        *("sklearn.datasets.make_blobs", "sklearn.datasets.make_circles"),
        *("sklearn.datasets.make_classification", "sklearn.datasets.make_friedman1"),
        *("sklearn.datasets.make_moons", "sklearn.datasets.make_regression"),
        *("sklearn.model_selection.train_test_split", "sklearn.utils.resample"),
        "sklearn.utils.shuffle",
    }
)
"""Functions that draw from NumPy's own generator unless they are given a number as ``random_state``."""


def keeps_what_it_is_given(name: str) -> bool:
    """Whether a call of this name makes an object of what it is given, and does nothing else."""
    package, _, last = name.rpartition(".")
    if package == "torch.nn":
        return last in _LAYERS
    return name in _FUNCTIONS or (last[:1].isupper() and listed(name, _CLASSES))
