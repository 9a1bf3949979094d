// Matrix products beside the multiply-adds that the same engine can do in registers, each build beside its own limit.

import { limits, products } from "../kernels/linear.js";
import { timerOf, type Work } from "../kernels/measure.js";
import type { Module } from "../kernels/module.js";
import type { Contest, Side } from "./contest.js";

/** Smaller products have no target. */
const SMALLEST = 64 * 104 * 104;
const TARGET = 0.9;

/** A form of the limit, for as many multiply-adds as a work has. */
function limitOf(limit: Work, work: Work): Side {
  const time = timerOf(limit.turn);
  return {
    name: limit.name,
    limit: true,
    time: async (turns) => {
      const multiplyAdds = turns * work.multiplyAdds;
      const count = Math.ceil(multiplyAdds / limit.multiplyAdds);
      return ((await time(count)) * multiplyAdds) / (count * limit.multiplyAdds);
    },
  };
}

export function productContests(modules: readonly Module[]): Contest[] {
  const contests = modules.map((module) => {
    const forms = limits(module);
    const works = products(module).filter(({ multiplyAdds }) => multiplyAdds >= SMALLEST);
    return works.map((work): Contest => {
      work.check?.();
      return {
        work: work.name,
        ours: [{ name: module.build, time: timerOf(work.turn) }],
        peers: forms.map((limit) => limitOf(limit, work)),
        targets: Object.fromEntries(forms.map(({ name }) => [name, TARGET])),
      };
    });
  });
  return contests.flat();
}
