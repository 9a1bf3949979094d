"""The works in PyTorch: eager, one thread, gradients by autograd, torch.optim.Adam as it comes."""

import torch

from torch_learner import Infinite, InfiniteLoop, Update
from torch_networks import Adam, Ensemble, Mlp

torch.set_num_threads(1)
VERSION = f"PyTorch {torch.__version__}"

PROGRAMS = {
    "mlp forward": {"PyTorch": lambda numbers: Mlp(numbers, False)},
    "mlp forward + backward": {"PyTorch": lambda numbers: Mlp(numbers, True)},
    "ensemble": {
        "PyTorch": lambda numbers: Ensemble(numbers, False),
        "PyTorch, first layers as one": lambda numbers: Ensemble(numbers, True),
    },
    "adam": {
        "PyTorch": lambda numbers, **rest: Adam(numbers, False, **rest),
        "PyTorch, one flat tensor": lambda numbers, **rest: Adam(numbers, True, **rest),
    },
    "update": {"PyTorch": Update},
    "svg-inf": {"PyTorch, batched Jacobians": Infinite},
    "svg-inf as one graph": {"PyTorch, one graph": InfiniteLoop},
}
