"""The works in numpy: backpropagation by hand into buffers that are there already, Adam in place on one flat block."""

import numpy as np

from numpy_learner import Infinite, Update
from numpy_networks import Adam, Ensemble, Mlp

VERSION = f"numpy {np.__version__}"

PROGRAMS = {
    "mlp forward": {"numpy": lambda numbers: MlpPass(numbers, False)},
    "mlp forward + backward": {"numpy": lambda numbers: MlpPass(numbers, True)},
    "ensemble": {"numpy": lambda numbers: EnsemblePass(numbers)},
    "adam": {"numpy": lambda numbers, **rest: AdamSteps(numbers, **rest)},
    "update": {"numpy": Update},
    "svg-inf": {"numpy": Infinite},
}


class MlpPass:
    def __init__(self, numbers, backward):
        self.net = Mlp(numbers, "", len(numbers["x"]))
        self.x, self.dy = numbers["x"], numbers["dy"]
        self.turn = self.both if backward else self.forward
        self.backward = backward

    def forward(self):
        return self.net.forward(self.x)

    def both(self):
        self.net.forward(self.x)
        return self.net.backward(self.dy, True, True)

    def results(self):
        self.turn()
        both = {"dx": self.net.dx, **self.net.gradients()} if self.backward else {}
        return {"y": self.net.y, **both}


class EnsemblePass:
    def __init__(self, numbers):
        self.net = Ensemble(numbers, "", len(numbers["x"]))
        self.x, self.dy = numbers["x"], numbers["dy"]

    def turn(self):
        self.net.forward(self.x)
        self.net.backward(self.dy.T[:, :, None], True, True)

    def results(self):
        self.turn()
        return {"y": self.net.y[:, :, 0].T, "dx": self.net.dx, **self.net.gradients()}


class AdamSteps:
    def __init__(self, numbers, learning_rate):
        self.net = Mlp({name: array for name, array in numbers.items() if "gradient" not in name}, "", 1)
        for name, array in self.net.gradients().items():
            array[...] = numbers[f"gradient.{name}"]
        self.turn = Adam(self.net.block, learning_rate).step

    def results(self):
        for _ in range(3):
            self.turn()
        return self.net.arrays()
