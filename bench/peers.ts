import { load, loadCore } from "./kernels/module.js";
import { check, race } from "./peers/contest.js";
import { episodes, updates } from "./peers/learners.js";
import { adam, ensembles, mlps } from "./peers/networks.js";
import { libraries, type PeerProcess } from "./peers/process.js";

const want = process.argv.slice(2);
const modules = ["mlp", "ensemble", "adam"].some((w) => want.includes(w)) ? [load("release")!, load("fma")!] : [];
const cores = [loadCore("release")!, loadCore("fma")!];
const all: Record<string, () => any[]> = {
  mlp: () => mlps(modules),
  ensemble: () => ensembles(modules),
  adam: () => adam(modules),
  update: () => updates(cores),
  inf: () => episodes(cores),
};
const ps: PeerProcess[] = [];
for (const l of libraries(["/usr/bin/python3"])) {
  const p = await l.start();
  if (!p) console.log("missing", l.name);
  else {
    console.log(p.version, p.slow);
    ps.push(p);
  }
}
for (const w of want)
  for (const c of all[w]!()) {
    const sides = (await Promise.all(ps.map((p) => p.sides(c.task)))).flat();
    console.log(
      c.work,
      sides.map((s: any) => s.name),
    );
    for (const s of sides)
      try {
        await check(c, [s]);
      } catch (e) {
        console.log("CHECK", (e as Error).message.slice(0, 3000));
      }
    try {
      for (const r of await race(c, sides, { warm: 0.1, sample: 0.003, rounds: 15 }))
        console.log(
          r.peer,
          r.build,
          (r.ours * 1e6).toFixed(1),
          (r.theirs * 1e6).toFixed(1),
          r.ratio.toFixed(2),
          r.low.toFixed(2),
          r.high.toFixed(2),
        );
    } catch (e) {
      console.log((e as Error).message);
    }
  }
for (const p of ps) p.stop();
