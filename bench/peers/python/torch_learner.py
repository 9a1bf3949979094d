"""SVG(1)-ER's update and SVG(inf)'s gradient in PyTorch, from the learner's arrays: the same work as the core's."""

import numpy as np
import torch
from torch import nn

from torch_networks import EnsembleNet, by_layer, layers_of, sequential

HALF_LOG_TWO_PI = 0.9189385332046727


class Policy:
    """Mean tanh(network(s)) and a learned deviation exp(middle + half_range tanh(z)) that the state has no part in."""

    def __init__(self, numbers, middle, half_range):
        *hidden, (weight, bias) = layers_of(numbers, "policy.")
        self.actions = weight.shape[1] // 2
        self.net = sequential([*hidden, (weight[:, : self.actions], bias[: self.actions])])
        self.z = nn.Parameter(torch.from_numpy(bias[self.actions :].copy()))
        self.middle, self.half_range = middle, half_range
        self.parameters = [*self.net.parameters(), self.z]
        self.last = f"policy.{len(hidden)}"

    def __call__(self, s):
        return torch.tanh(self.net(s)), torch.exp(self.middle + self.half_range * torch.tanh(self.z))

    def by_layer(self, gradients):
        """By the core's names: the last layer's second half is z's, whose weights count for nothing."""
        *network, z = gradients
        named = by_layer(network, "policy.")
        weight, bias = named[f"{self.last}.weight"], named[f"{self.last}.bias"]
        named[f"{self.last}.weight"] = torch.cat([weight, torch.zeros_like(weight)], 1)
        named[f"{self.last}.bias"] = torch.cat([bias, z])
        return named


def log_prob(mean, sigma, a):
    eta = (a - mean) / sigma
    return -(0.5 * eta * eta + torch.log(sigma) + HALF_LOG_TWO_PI).sum(1)


class Step:
    """Adam with a learning rate of 0, so that every turn does the same work on the same numbers."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.optimizer = torch.optim.Adam(parameters, lr=0)

    def __call__(self, loss):
        gradients = torch.autograd.grad(loss, self.parameters)
        for parameter, gradient in zip(self.parameters, gradients):
            parameter.grad = gradient
        self.optimizer.step()
        return gradients


class Update:
    def __init__(self, numbers, gamma, middle, half_range, target_period):
        self.policy = Policy(numbers, middle, half_range)
        self.value = sequential(layers_of(numbers, "value."))
        self.target = sequential(layers_of(numbers, "value."))
        self.model = EnsembleNet(layers_of(numbers, "model."), True)
        self.step_policy = Step(self.policy.parameters)
        self.step_value = Step(list(self.value.parameters()))
        self.step_model = Step(self.model.parameters)
        for name in ("s", "a", "sNext", "reward", "rA", "rSNext", "behaviour"):
            setattr(self, name, torch.from_numpy(numbers[name]))
        self.gamma, self.target_period, self.updates = gamma, target_period, 0

    def ratios(self, mean, sigma):
        with torch.no_grad():
            return torch.exp(log_prob(mean, sigma, self.a) - self.behaviour)

    def update_model(self):
        change = (self.sNext - self.s).T
        error = self.model(torch.cat([self.s, self.a], 1)) - change
        return self.step_model((error * error).sum() * (0.5 / len(self.s)))

    def update_value(self):
        with torch.no_grad():
            weight = self.ratios(*self.policy(self.s))
            targets = self.reward + self.gamma * self.target(self.sNext).squeeze(1)
        error = self.value(self.s).squeeze(1) - targets
        gradients = self.step_value((weight * error * error).mean() * 0.5)
        self.updates += 1
        if self.updates % self.target_period == 0:
            self.target.load_state_dict(self.value.state_dict())
        return gradients

    def update_policy(self):
        mean, sigma = self.policy(self.s)
        weight = self.ratios(mean, sigma)
        # both noises are inferred, so that the step is the observed one
        eta = ((self.a - mean) / sigma).detach()
        a = mean + sigma * eta
        expected = self.s + self.model(torch.cat([self.s, a], 1)).T
        s_next = expected + (self.sNext - expected).detach()
        rewards = (self.rA * a).sum(1) + (self.rSNext * s_next).sum(1)
        values = rewards + self.gamma * self.value(s_next).squeeze(1)
        return self.step_policy(-(weight * values).mean()), weight

    def turn(self):
        return self.update_model(), self.update_value(), *self.update_policy()

    def results(self):
        model, value, policy, weight = self.turn()
        return {
            "weight": weight,
            **self.model.by_layer(model, "model."),
            **by_layer(value, "value."),
            **self.policy.by_layer(policy),
        }


class Trajectory:
    """What both forms of SVG(inf) begin with."""

    def __init__(self, numbers, gamma, middle, half_range, fused):
        self.policy = Policy(numbers, middle, half_range)
        self.model = EnsembleNet(layers_of(numbers, "model."), fused)
        for parameter in self.model.parameters:
            parameter.requires_grad_(False)
        for name in ("s", "a", "sNext", "rS", "rA", "rSNext"):
            setattr(self, name, torch.from_numpy(numbers[name]))
        self.gamma = gamma

    def results(self):
        return self.policy.by_layer(self.turn())


class Infinite(Trajectory):
    """All Jacobians at the data at once, the recursion in numpy, one pass back through the policy."""

    def __init__(self, numbers, gamma, middle, half_range):
        super().__init__(numbers, gamma, middle, half_range, False)
        steps = len(self.s)
        self.discounts = torch.from_numpy(np.power(gamma, np.arange(steps)).astype(np.float32))[:, None]
        self.values = np.zeros((steps + 1, self.s.shape[1]), dtype=np.float32)

    def turn(self):
        s, a, S = self.s, self.a, self.s.shape[1]
        # every sub-network has inputs of its own, so that one pass back gives all rows of the Jacobian
        x = torch.cat([s, a], 1).expand(S, len(s), -1).clone().requires_grad_()
        (jacobian,) = torch.autograd.grad(self.model(x).sum(), x)
        jacobian = jacobian.transpose(0, 1)
        f_s = jacobian[:, :, :S] + torch.eye(S)
        f_a = jacobian[:, :, S:]
        states = s.detach().requires_grad_()
        mean, sigma = self.policy(states)
        eta = ((a - mean) / sigma).detach()
        chosen = mean + sigma * eta
        rows = [
            torch.autograd.grad(chosen[:, k].sum(), states, retain_graph=True)[0] for k in range(self.policy.actions)
        ]
        pi_s = torch.stack(rows, 1)
        # v_s = r + gamma v'_s' m: what does not depend on v'_s' for all steps at once
        m = torch.baddbmm(f_s, f_a, pi_s)
        r_next = self.rSNext[:, None]
        r = self.rS[:, None] + torch.bmm(self.rA[:, None], pi_s) + torch.bmm(r_next, m)
        rewards, matrices, values = r[:, 0].numpy(), self.gamma * m.numpy(), self.values
        for t in range(len(s) - 1, 0, -1):
            np.dot(values[t + 1], matrices[t], out=values[t])
            values[t] += rewards[t]
        q = self.gamma * torch.from_numpy(values[1:]) + self.rSNext
        d_a = self.rA + torch.bmm(q[:, None], f_a)[:, 0]
        return torch.autograd.grad(chosen, self.policy.parameters, -self.discounts * d_a)


class InfiniteLoop(Trajectory):
    """Every step in one graph, as it is written first."""

    def __init__(self, numbers, gamma, middle, half_range):
        super().__init__(numbers, gamma, middle, half_range, True)

    def turn(self):
        with torch.no_grad():
            mean, sigma = self.policy(self.s)
            eta = (self.a - mean) / sigma
            xi = self.sNext - self.s - self.model(torch.cat([self.s, self.a], 1)).T
        s, total, discount = self.s[:1], 0.0, 1.0
        for t in range(len(self.s)):
            mean, sigma = self.policy(s)
            a = mean + sigma * eta[t]
            s_next = s + self.model(torch.cat([s, a], 1)).T + xi[t]
            reward = (self.rS[t] * s).sum() + (self.rA[t] * a).sum() + (self.rSNext[t] * s_next).sum()
            total = total + discount * reward
            s, discount = s_next, discount * self.gamma
        return torch.autograd.grad(-total, self.policy.parameters)
