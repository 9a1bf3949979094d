import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { Chance } from "../../src/chance.js";
import { checkAdjoint, checkDerivatives } from "../../src/cli/checks/derivatives.js";
import { checkEnergy, checkRandomRun, checkSnapshot, conservativeModels, log2 } from "../../src/cli/checks/motion.js";
import { drawStates, touches } from "../../src/cli/checks/states.js";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant, Trouble } from "../../src/plant.js";
import { root, valuegrad } from "./command.js";

const modelFile = (name: string): string => join(root, "models", `${name}.xml`);
const modelOf = (name: string): PlanarModel => readModel(readFileSync(modelFile(name), "utf8"), name);

for (const name of ["cheetah", "cartpole", "swimmer3", "gripper"]) {
  test(`${name} is described and passes every check`, async (t) => {
    const { code, stdout, stderr } = await valuegrad(["check", modelFile(name)]);
    t.is(code, 0, stdout + stderr);
    t.is(stderr, "");
    t.regex(stdout, new RegExp(`^${name}: x-[yz] plane, [\\d.]+ kg\n\\d+ bod.*joints?.*pairs?.*actuators?.*\n`));
    const lines = stdout.split("Checks:\n")[1]!.trimEnd().split("\n");
    t.deepEqual(
      lines.map((line) => line.slice(2, 13).trim()),
      ["derivatives", "adjoint", "energy", "random run", "snapshot"],
    );
    for (const line of lines) t.is(line.slice(14, 16), "ok", line);
    t.is((await valuegrad(["check", modelFile(name)])).stdout, stdout, "the same every time");
    t.not((await valuegrad(["check", modelFile(name), "--seed", "7"])).stdout, stdout);
  });
}

test("what cannot be checked is refused in one sentence", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "valuegrad-"));
  const file = join(folder, "hinge.xml");
  writeFileSync(
    file,
    '<mujoco>\n  <worldbody>\n    <body>\n      <joint type="ball"/>\n    </body>\n  </worldbody>\n</mujoco>',
  );
  for (const [args, message] of [
    [[join(folder, "nothing.xml")], /^error: cannot read .*nothing\.xml: it does not exist\n$/],
    [[file], /^error: .*hinge\.xml:4: <joint> [^\n]*\n$/],
    [[modelFile("cheetah"), "--seed", "x"], /^error: seed is x: it must be an integer from 0 to \d+\n$/],
  ] as const) {
    const { code, stdout, stderr } = await valuegrad(["check", ...args]);
    t.is(code, 2);
    t.is(stdout, "");
    t.regex(stderr, message);
  }
});

/** A plant whose members are others, as far as they are given. */
function disguised(plant: Plant, members: Readonly<Record<string, unknown>>): Plant {
  return new Proxy(plant, {
    get(target, key) {
      const value: unknown = Object.hasOwn(members, key) ? members[key as string] : Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function plantOf(name: string): Promise<{ plant: Plant; states: Float64Array[] }> {
  const plant = new Plant(await init(), modelOf(name));
  return { plant, states: drawStates(plant, 12, new Chance(1)) };
}

test("a wrong entry of a Jacobian is found, and where", async (t) => {
  const { plant, states } = await plantOf("walker");
  t.true(checkDerivatives(plant, states).ok);
  for (const wrong of [1e-5, Number.NaN]) {
    const plot = disguised(plant, {
      jacobian: () => {
        const jacobian = plant.jacobian(0, 1);
        jacobian[40]! += wrong;
        return jacobian;
      },
    });
    const { ok, detail } = checkDerivatives(plot, states);
    t.false(ok, detail);
    t.regex(detail, Number.isNaN(wrong) ? /NaN \(state \d+\)/ : /error against differences [\d.]+e-5 \(state \d+\)/);
  }
});

test("a Jacobian without contacts is found out", async (t) => {
  const model = modelOf("cheetah");
  const core = await init();
  const [plant, flying] = [new Plant(core, model), new Plant(core, { ...model, pairs: [] })];
  const states = drawStates(plant, 12, new Chance(1));
  t.true(
    states.filter((state) => {
      plant.states.set(state);
      return touches(plant);
    }).length > 4,
  );
  const plot = disguised(plant, {
    jacobian: () => {
      flying.states.set(plant.states);
      return flying.jacobian(0, 1);
    },
  });
  t.false(checkDerivatives(plot, states).ok);
});

test("a pullback that is not the pushforward's adjoint is found", async (t) => {
  const { plant, states } = await plantOf("cheetah");
  t.true(checkAdjoint(plant, states, new Chance(1)).ok);
  const plot = disguised(plant, {
    vjp: (index: number, substeps: number) => {
      const trouble = plant.vjp(index, substeps);
      plant.tangent.du[2]! *= 1 + 1e-6;
      return trouble;
    },
  });
  t.false(checkAdjoint(plot, states, new Chance(1)).ok);
});

test("energy that is lost is found", async (t) => {
  const core = await init();
  const models = conservativeModels(modelOf("walker"));
  const kept = models.map((model) => new Plant(core, model));
  const lossy = models.map((model) => {
    const dofs = model.dofs.map((dof, k) => ({ ...dof, damping: k === 4 ? 1e-4 : 0 }));
    return new Plant(core, { ...model, dofs });
  });
  t.true(checkEnergy(kept, new Chance(1)).ok);
  const { ok, detail } = checkEnergy(lossy, new Chance(1));
  t.false(ok, detail);
  const coarse = models.map((model) => ({ ...model, option: { ...model.option, integrator: "Euler" as const } }));
  const other = await init();
  t.false(
    checkEnergy(
      coarse.map((model) => new Plant(other, model)),
      new Chance(1),
    ).ok,
  );
});

test("a run that stops being finite, and a snapshot that is not complete, are found", async (t) => {
  const { plant } = await plantOf("monoped");
  t.true(checkRandomRun(plant, new Chance(1)).ok);
  t.false(checkRandomRun(disguised(plant, { trouble: Int32Array.of(Trouble.notFinite) }), new Chance(1)).ok);
  t.true(checkSnapshot(plant, new Chance(1)).ok);
  // steps that depend on something beside the states
  let count = 0;
  const forgetful = disguised(plant, {
    step: () => {
      if (++count === 450) plant.v[0]! += 1e-15;
      plant.step();
    },
  });
  t.false(checkSnapshot(forgetful, new Chance(1)).ok);
});

test("states for the checks are drawn alike for a seed, in contact and out", async (t) => {
  const { plant, states } = await plantOf("monoped");
  t.deepEqual(drawStates(plant, 12, new Chance(1)), states);
  t.notDeepEqual(drawStates(plant, 12, new Chance(2)), states);
  const touching = states.filter((state) => {
    plant.states.set(state);
    return touches(plant);
  }).length;
  t.true(touching >= 4 && touching <= 11, `${touching} of 12 in contact`);
});

test("logarithms from plain arithmetic", (t) => {
  for (const value of [1, 2, 3, 0.1, 16, 17.5, 1e-9, 1e9]) t.true(Math.abs(log2(value) - Math.log2(value)) < 2e-4);
  for (const value of [0, -1, Number.NaN, Infinity]) t.is(log2(value), Number.NaN);
});
