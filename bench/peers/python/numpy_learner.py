"""SVG(1)-ER's update and SVG(inf)'s gradient in numpy, by hand, from the learner's arrays: the same work as the core's."""

import numpy as np

from numpy_networks import Adam, Ensemble, Mlp, layer_arrays

HALF_LOG_TWO_PI = np.float32(0.9189385332046727)


class Policy:
    """Mean tanh(network(s)) and a learned deviation exp(middle + half_range tanh(z)) that the state has no part in."""

    def __init__(self, numbers, middle, half_range, rows):
        layers = layer_arrays(numbers, "policy.")
        last = len(layers) - 1
        self.actions = layers[last][0].shape[1] // 2
        own = {name: array for name, array in numbers.items() if name.startswith("policy.")}
        self.last = f"policy.{last}"
        weight, bias = layers[last]
        own[f"{self.last}.weight"] = weight[:, : self.actions]
        own[f"{self.last}.bias"] = bias[: self.actions]
        self.net = Mlp(own, "policy.", rows, bias[self.actions :])
        self.z, self.dz = self.net.block.arrays[-1], self.net.block.gradients[-1]
        self.middle, self.half_range = middle, half_range

    def forward(self, s):
        self.mean = np.tanh(self.net.forward(s))
        self.t = np.tanh(self.z)
        self.sigma = np.exp(self.middle + self.half_range * self.t)

    def log_prob(self, a):
        self.eta = (a - self.mean) / self.sigma
        total = np.einsum("ba,ba->b", self.eta, self.eta)
        return -0.5 * total - (np.log(self.sigma) + HALF_LOG_TWO_PI).sum()

    def backward(self, d_a):
        """The parameters' gradient, from that of the actions mean + sigma eta."""
        slope = self.sigma * self.half_range * (1 - self.t * self.t)
        np.multiply(np.einsum("ba,ba->a", d_a, self.eta), slope, out=self.dz)
        self.net.backward(d_a * (1 - self.mean * self.mean), True, False)

    def gradients(self):
        named = self.net.gradients()
        weight, bias = named[f"{self.last}.weight"], named[f"{self.last}.bias"]
        named[f"{self.last}.weight"] = np.concatenate([weight, np.zeros_like(weight)], 1)
        named[f"{self.last}.bias"] = np.concatenate([bias, self.dz])
        return named


class Update:
    def __init__(self, numbers, gamma, middle, half_range, target_period):
        for name in ("s", "a", "sNext", "reward", "rA", "rSNext", "behaviour"):
            setattr(self, name, numbers[name])
        rows = len(self.s)
        self.share = np.float32(1 / rows)
        self.gamma, self.target_period, self.updates = np.float32(gamma), target_period, 0
        middle, half_range = np.float32(middle), np.float32(half_range)
        self.policy = Policy(numbers, middle, half_range, rows)
        self.value, self.target = (Mlp(numbers, "value.", rows) for _ in range(2))
        self.model = Ensemble(numbers, "model.", rows)
        # a learning rate of 0, so that every turn does the same work on the same numbers
        self.steps = [Adam(net.block, 0) for net in (self.model, self.value, self.policy.net)]
        self.x = np.zeros((rows, self.s.shape[1] + self.a.shape[1]), dtype=np.float32)
        self.slope = np.ones((rows, 1), dtype=np.float32)

    def inputs(self):
        S = self.s.shape[1]
        self.x[:, :S] = self.s
        self.x[:, S:] = self.a
        return self.x

    def update_model(self):
        y = self.model.forward(self.inputs())
        delta = y - (self.sNext - self.s).T[:, :, None]
        delta *= self.share
        self.model.backward(delta, True, False)
        self.steps[0].step()

    def ratios(self):
        self.policy.forward(self.s)
        return np.exp(self.policy.log_prob(self.a) - self.behaviour)

    def update_value(self):
        weight = self.ratios()
        targets = self.reward + self.gamma * self.target.forward(self.sNext)[:, 0]
        error = self.value.forward(self.s)[:, 0] - targets
        error *= weight
        error *= self.share
        self.value.backward(error[:, None], True, False)
        self.steps[1].step()
        self.updates += 1
        if self.updates % self.target_period == 0:
            self.target.block.values[...] = self.value.block.values

    def update_policy(self):
        self.weight = self.ratios()
        self.value.forward(self.sNext)
        q = self.value.backward(self.slope, False, True)
        q *= self.gamma
        q += self.rSNext
        self.model.forward(self.inputs())
        self.model.backward(q.T[:, :, None], False, True)
        d_a = self.model.dx[:, self.s.shape[1] :] + self.rA
        d_a *= (-self.share * self.weight)[:, None]
        self.policy.backward(d_a)
        self.steps[2].step()

    def turn(self):
        self.update_model()
        self.update_value()
        self.update_policy()

    def results(self):
        self.update_model()
        model = self.model.gradients()
        self.update_value()
        # the policy's step uses the critic's buffers again, but not its gradient
        value = {name: array.copy() for name, array in self.value.gradients().items()}
        self.update_policy()
        return {"weight": self.weight, **model, **value, **self.policy.gradients()}


class Infinite:
    """All Jacobians at the data at once, the recursion step by step, one pass back through the policy."""

    def __init__(self, numbers, gamma, middle, half_range):
        for name in ("s", "a", "sNext", "rS", "rA", "rSNext"):
            setattr(self, name, numbers[name])
        steps, S = self.s.shape
        self.gamma = np.float32(gamma)
        self.discounts = np.power(gamma, np.arange(steps)).astype(np.float32)[:, None]
        self.policy = Policy(numbers, np.float32(middle), np.float32(half_range), steps)
        self.net = layer_arrays(numbers, "model.")
        self.values = np.zeros((steps + 1, S), dtype=np.float32)
        self.eye = np.eye(S, dtype=np.float32)

    def model_jacobian(self):
        """(steps, D, inputs) of the ensemble at the data: back through each sub-network from 1."""
        x = np.concatenate([self.s, self.a], 1)
        (w1, b1), (w2, b2), (w3, b3) = self.net
        h1 = np.tanh(np.matmul(x, w1.transpose(2, 0, 1)) + b1.T[:, None])
        h2 = np.tanh(np.matmul(h1, w2.transpose(2, 0, 1)) + b2.T[:, None])
        d2 = (1 - h2 * h2) * w3.transpose(2, 1, 0)
        d1 = np.matmul(d2, w2.transpose(2, 1, 0)) * (1 - h1 * h1)
        return np.matmul(d1, w1.transpose(2, 1, 0)).transpose(1, 0, 2)

    def turn(self):
        S, policy = self.s.shape[1], self.policy
        policy.forward(self.s)
        policy.log_prob(self.a)
        jacobian = self.model_jacobian()
        f_s = jacobian[:, :, :S] + self.eye
        f_a = jacobian[:, :, S:]
        slope = 1 - policy.mean * policy.mean
        pi_s = np.empty((len(self.s), policy.actions, S), dtype=np.float32)
        for k in range(policy.actions):
            delta = np.zeros_like(slope)
            delta[:, k] = slope[:, k]
            pi_s[:, k] = policy.net.backward(delta, False, True)
        # v_s = r + gamma v'_s' m: what does not depend on v'_s' for all steps at once
        m = f_s + np.matmul(f_a, pi_s)
        r = self.rS + np.matmul(self.rA[:, None], pi_s)[:, 0] + np.matmul(self.rSNext[:, None], m)[:, 0]
        m *= self.gamma
        values = self.values
        for t in range(len(m) - 1, 0, -1):
            np.dot(values[t + 1], m[t], out=values[t])
            values[t] += r[t]
        q = self.gamma * values[1:] + self.rSNext
        d_a = self.rA + np.matmul(q[:, None], f_a)[:, 0]
        d_a *= -self.discounts
        policy.backward(d_a)

    def results(self):
        self.turn()
        return self.policy.gradients()
