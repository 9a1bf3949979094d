"""Networks and their optimiser in numpy, by hand."""

import numpy as np


class Block:
    """The arrays of a network in one flat block of values, and their gradients in another."""

    def __init__(self, shapes):
        sizes = [int(np.prod(shape)) for shape in shapes]
        ends = np.cumsum(sizes)
        self.values = np.zeros(ends[-1], dtype=np.float32)
        self.gradient = np.zeros_like(self.values)

        def views(flat):
            return [flat[end - size : end].reshape(shape) for end, size, shape in zip(ends, sizes, shapes)]

        self.arrays, self.gradients = views(self.values), views(self.gradient)


class Adam:
    def __init__(self, block, learning_rate):
        self.block, self.learning_rate = block, learning_rate
        self.moment1, self.moment2, self.room = (np.zeros_like(block.values) for _ in range(3))
        self.power1 = self.power2 = 1.0

    def step(self):
        g, m, v, room = self.block.gradient, self.moment1, self.moment2, self.room
        self.power1 *= 0.9
        self.power2 *= 0.999
        np.multiply(g, 0.1, out=room)
        m *= 0.9
        m += room
        np.multiply(g, g, out=room)
        room *= 0.001
        v *= 0.999
        v += room
        np.sqrt(v, out=room)
        room *= (1 - self.power2) ** -0.5
        room += 1e-8
        np.divide(m, room, out=room)
        room *= self.learning_rate / (1 - self.power1)
        self.block.values -= room


def layer_arrays(numbers, prefix):
    return [
        (numbers[f"{prefix}{layer}.weight"], numbers[f"{prefix}{layer}.bias"])
        for layer in range(sum(name.startswith(prefix) and name.endswith(".weight") for name in numbers))
    ]


def named(arrays, prefix):
    kinds = ("weight", "bias")
    return {f"{prefix}{i // 2}.{kinds[i % 2]}": array for i, array in enumerate(arrays)}


def times_slope(delta, h, room):
    """delta *= 1 - h^2, the derivative of tanh where it is h."""
    np.multiply(h, h, out=room)
    np.subtract(1, room, out=room)
    delta *= room


class Mlp:
    """Its block ends with what else is trained, if anything."""

    def __init__(self, numbers, prefix, rows, *others):
        layers = layer_arrays(numbers, prefix)
        arrays = [*(array for layer in layers for array in layer), *others]
        self.prefix = prefix
        self.block = Block([array.shape for array in arrays])
        for own, array in zip(self.block.arrays, arrays):
            own[...] = array
        sizes = [arrays[0].shape[0], *(bias.size for _, bias in layers)]
        self.levels, self.deltas, self.rooms = (
            [np.zeros((rows, size), dtype=np.float32) for size in sizes] for _ in range(3)
        )
        self.ones = np.ones(rows, dtype=np.float32)
        self.y, self.dx = self.levels[-1], self.deltas[0]

    def arrays(self):
        return named(self.block.arrays[: 2 * len(self.levels) - 2], self.prefix)

    def gradients(self):
        return named(self.block.gradients[: 2 * len(self.levels) - 2], self.prefix)

    def forward(self, x):
        self.x, arrays, h = x, self.block.arrays, x
        last = len(self.levels) - 1
        for layer in range(last):
            out = self.levels[layer + 1]
            np.dot(h, arrays[2 * layer], out=out)
            out += arrays[2 * layer + 1]
            if layer + 1 < last:
                np.tanh(out, out=out)
            h = out
        return h

    def backward(self, delta, parameters, inputs):
        arrays, gradients = self.block.arrays, self.block.gradients
        last = len(self.levels) - 2
        for layer in range(last, -1, -1):
            if layer < last:
                times_slope(delta, self.levels[layer + 1], self.rooms[layer + 1])
            if parameters:
                below = self.levels[layer] if layer else self.x
                np.dot(below.T, delta, out=gradients[2 * layer])
                np.dot(self.ones, delta, out=gradients[2 * layer + 1])
            if layer or inputs:
                np.dot(delta, arrays[2 * layer].T, out=self.deltas[layer])
                delta = self.deltas[layer]
        return delta


class Ensemble:
    """One small network for each of D dimensions; the first layers, whose inputs are the same, as one product."""

    def __init__(self, numbers, prefix, rows):
        layers = layer_arrays(numbers, prefix)
        weight, bias = layers[0]
        self.prefix, self.dimensions, self.units = prefix, weight.shape[2], weight.shape[1]
        D = self.dimensions
        arrays = [weight.transpose(0, 2, 1).reshape(weight.shape[0], -1), bias.T.reshape(-1)]
        for weight, bias in layers[1:]:
            arrays += [weight.transpose(2, 0, 1), bias.T[:, None, :]]
        self.block = Block([array.shape for array in arrays])
        for own, array in zip(self.block.arrays, arrays):
            own[...] = array
        outputs = [bias.shape[0] for _, bias in layers]
        # the first level lies as its product leaves it, (rows, D units); the others are (D, rows, units)
        self.first, self.first_delta, self.first_room = (
            np.zeros((rows, D * self.units), dtype=np.float32) for _ in range(3)
        )
        self.levels, self.deltas, self.rooms = (
            [self.stacked(first), *(np.zeros((D, rows, size), dtype=np.float32) for size in outputs[1:])]
            for first in (self.first, self.first_delta, self.first_room)
        )
        self.ones = np.ones((1, rows), dtype=np.float32)
        self.dx = np.zeros((rows, self.block.arrays[0].shape[0]), dtype=np.float32)
        self.y = self.levels[-1]

    def stacked(self, first):
        return first.reshape(len(first), self.dimensions, self.units).transpose(1, 0, 2)

    def gradients(self):
        weight, bias, *rest = self.block.gradients
        first = [weight.reshape(-1, self.dimensions, self.units).transpose(0, 2, 1), bias.reshape(-1, self.units).T]
        others = [a.transpose(1, 2, 0) if i % 2 == 0 else a[:, 0].T for i, a in enumerate(rest)]
        return named([*first, *others], self.prefix)

    def forward(self, x):
        self.x, arrays = x, self.block.arrays
        np.dot(x, arrays[0], out=self.first)
        self.first += arrays[1]
        np.tanh(self.first, out=self.first)
        for layer in range(1, len(self.levels)):
            out = self.levels[layer]
            np.matmul(self.levels[layer - 1], arrays[2 * layer], out=out)
            out += arrays[2 * layer + 1]
            if layer + 1 < len(self.levels):
                np.tanh(out, out=out)
        return out

    def backward(self, delta, parameters, inputs):
        """From the outputs' delta (D, rows, 1); with `inputs`, leaves the inputs' in dx."""
        arrays, gradients = self.block.arrays, self.block.gradients
        for layer in range(len(self.levels) - 1, 0, -1):
            below = self.deltas[layer - 1]
            if parameters:
                np.matmul(self.levels[layer - 1].transpose(0, 2, 1), delta, out=gradients[2 * layer])
                np.matmul(self.ones, delta, out=gradients[2 * layer + 1])
            np.matmul(delta, arrays[2 * layer].transpose(0, 2, 1), out=below)
            if layer > 1:
                times_slope(below, self.levels[layer - 1], self.rooms[layer - 1])
            delta = below
        times_slope(self.first_delta, self.first, self.first_room)
        if parameters:
            np.dot(self.x.T, self.first_delta, out=gradients[0])
            np.dot(self.ones[0], self.first_delta, out=gradients[1])
        if inputs:
            np.dot(self.first_delta, arrays[0].T, out=self.dx)
