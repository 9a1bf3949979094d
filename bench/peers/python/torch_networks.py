"""Networks and their optimiser in PyTorch."""

import torch
from torch import nn


def layers_of(numbers, prefix=""):
    """(weight, bias) of every layer of the network whose arrays' names begin with a prefix."""
    count = sum(name.startswith(prefix) and name.endswith(".weight") for name in numbers)
    return [(numbers[f"{prefix}{layer}.weight"], numbers[f"{prefix}{layer}.bias"]) for layer in range(count)]


def sequential(layers):
    """Dense layers with tanh between them. Weights come as (inputs, outputs)."""
    modules = []
    for weight, bias in layers:
        linear = nn.Linear(*weight.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight.T.copy()))
            linear.bias.copy_(torch.from_numpy(bias))
        modules += [linear, nn.Tanh()]
    return nn.Sequential(*modules[:-1])


def by_layer(gradients, prefix=""):
    """Gradients of nn.Linear's weights and biases by the arrays' names."""
    pairs = enumerate(zip(gradients[::2], gradients[1::2]))
    named = [(f"{prefix}{layer}", weight.T, bias) for layer, (weight, bias) in pairs]
    return {f"{name}.{kind}": array for name, w, b in named for kind, array in (("weight", w), ("bias", b))}


class Mlp:
    def __init__(self, numbers, backward):
        self.net = sequential(layers_of(numbers))
        self.x = torch.from_numpy(numbers["x"]).requires_grad_(backward)
        self.dy = torch.from_numpy(numbers["dy"])
        self.parameters = list(self.net.parameters())
        self.turn = self.both if backward else self.forward
        self.backward = backward

    def forward(self):
        with torch.inference_mode():
            return self.net(self.x)

    def both(self):
        y = self.net(self.x)
        return y, torch.autograd.grad(y, [self.x, *self.parameters], self.dy)

    def results(self):
        if not self.backward:
            return {"y": self.forward()}
        y, (dx, *gradients) = self.both()
        return {"y": y.detach(), "dx": dx, **by_layer(gradients)}


class EnsembleNet:
    """One small network for each of D dimensions, evaluated in batched products. Arrays come with the dimension last."""

    def __init__(self, layers, fused):
        self.fused = fused
        arrays = [array for layer in layers for array in layer]
        self.dimensions = arrays[0].shape[-1]
        # weight (D, I, O), bias (D, 1, O)
        stacked = [torch.from_numpy(a.reshape(-1, *a.shape[-2:]).transpose(2, 0, 1).copy()) for a in arrays]
        if fused:
            # the first layers side by side: (I, D O), (D O)
            weight, bias = stacked[:2]
            stacked[:2] = [weight.transpose(0, 1).reshape(weight.shape[1], -1).contiguous(), bias.reshape(-1)]
        self.parameters = [array.requires_grad_() for array in stacked]

    def __call__(self, x):
        """x (B, I), or (D, B, I) where the first layers are not one, to (D, B)."""
        pairs = list(zip(self.parameters[::2], self.parameters[1::2]))
        h = x if x.dim() == 3 else x.expand(self.dimensions, *x.shape)
        if self.fused:
            (weight, bias), *pairs = pairs
            h = torch.tanh(torch.addmm(bias, x, weight)).view(len(x), self.dimensions, -1).transpose(0, 1)
        for layer, (weight, bias) in enumerate(pairs):
            h = torch.baddbmm(bias, h, weight)
            if layer + 1 < len(pairs):
                h = torch.tanh(h)
        return h.squeeze(2)

    def by_layer(self, gradients, prefix=""):
        arrays = list(gradients)
        if self.fused:
            weight, bias = arrays[:2]
            weight = weight.view(len(weight), self.dimensions, -1).transpose(0, 1)
            arrays[:2] = [weight, bias.view(self.dimensions, 1, -1)]
        arrays = [array.permute(1, 2, 0) for array in arrays]
        kinds = ("weight", "bias")
        return {f"{prefix}{i // 2}.{kinds[i % 2]}": array for i, array in enumerate(arrays)}


class Ensemble:
    def __init__(self, numbers, fused):
        self.net = EnsembleNet(layers_of(numbers), fused)
        self.x = torch.from_numpy(numbers["x"]).requires_grad_()
        self.dy = torch.from_numpy(numbers["dy"].T.copy())

    def turn(self):
        y = self.net(self.x)
        return y, torch.autograd.grad(y, [self.x, *self.net.parameters], self.dy)

    def results(self):
        y, (dx, *gradients) = self.turn()
        return {"y": y.detach().T, "dx": dx, **self.net.by_layer(gradients)}


class Adam:
    def __init__(self, numbers, flat, learning_rate):
        self.names = [name for name in numbers if not name.startswith("gradient.")]
        self.shapes = [numbers[name].shape for name in self.names]
        values = [torch.from_numpy(numbers[name]) for name in self.names]
        gradients = [torch.from_numpy(numbers[f"gradient.{name}"]) for name in self.names]
        if flat:
            values, gradients = ([torch.cat([array.reshape(-1) for array in arrays])] for arrays in (values, gradients))
        self.parameters = [nn.Parameter(value) for value in values]
        for parameter, gradient in zip(self.parameters, gradients):
            parameter.grad = gradient
        self.turn = torch.optim.Adam(self.parameters, lr=learning_rate).step

    def results(self):
        for _ in range(3):
            self.turn()
        flat = torch.cat([parameter.detach().reshape(-1) for parameter in self.parameters])
        parts = flat.split([shape.numel() for shape in map(torch.Size, self.shapes)])
        return dict(zip(self.names, parts))
