import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
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

const checks = (stdout: string): string[] =>
  (stdout.split("Checks:\n")[1] ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(2, 20).trim().replace(/ +/, " "));

test("the example of a task of one's own passes every check, and does not train meanwhile", async (t) => {
  const { code, stdout, stderr } = await valuegrad(["check", "examples/own-task.mjs"]);
  t.is(stderr, "");
  t.is(code, 0);
  t.true(stdout.startsWith("examples/own-task.mjs\n\nChecks:\n"), stdout);
  const names = "task results finite state terms episodes seeds clipping snapshot gradient jacobian arrays";
  t.deepEqual(
    checks(stdout),
    names.split(" ").map((name) => `${name} ${name === "jacobian" ? "-" : "ok"}`),
  );
  const other = await valuegrad(["check", "examples/own-task.mjs", "--seed", "2", "--episodes", "2"]);
  t.is(other.code, 0);
  t.regex(other.stdout, /results +ok +120 steps in 2 episodes:/);
});

test("a built-in task is checked without its disturbances", async (t) => {
  const { code, stdout } = await valuegrad(["check", "monoped", "--episodes", "2"]);
  t.is(code, 0, stdout);
  t.regex(
    stdout,
    /^monoped, without disturbances: land on one leg and stay standing while its motors tremble\n\nChecks:\n/,
  );
  t.is(checks(stdout).filter((line) => line.endsWith(" ok")).length, 12, stdout);
});

/** Modules in a folder of their own. */
function modules(texts: Readonly<Record<string, string>>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "valuegrad-"));
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return (name) => join(folder, name);
}

test("what an environment does wrong is told, with the place where it threw", async (t) => {
  const example = pathToFileURL(join(root, "examples/own-task.mjs")).href;
  const file = modules({
    "wrong.js": `import make from "${example}";
export default () => Object.assign(make(), { rewardGradient: ([x], [f]) => ({ rS: [-2 * x, 0], rA: [0.2 * f], rSNext: [0, 0] }) });`,
    "throws.mjs": `import point from "${example}";
const step = () => {
  return null.reward;
};
export const make = () => Object.assign(point(), { step });`,
    "class.mjs": "export default class Point {}",
  });
  for (const [name, failed, line] of [
    [
      "wrong.js",
      "gradient",
      / {2}gradient {4}FAILED rA of force is -?[\d.]+ at step \d+ of episode 1, differences of reward/,
    ],
    ["throws.mjs", "results", / {2}results {5}FAILED step threw TypeError: Cannot read [^\n]* \(throws\.mjs:3\)\n$/],
    ["class.mjs", "task", / {2}task {8}FAILED make threw TypeError: Class constructor Point [^\n]* 'new'\n$/],
  ] as const) {
    const { code, stdout, stderr } = await valuegrad(["check", file(name)]);
    t.is(stderr, `error: ${file(name)}: ${failed} failed\n`);
    t.is(code, 1);
    t.regex(stdout, line);
  }
});

test("what is no environment is refused in one sentence", async (t) => {
  const file = modules({
    "syntax.mjs": "const x = ;",
    "throws.mjs": "\nthrow new Error('no luck');",
    "needs.mjs": 'import "nothing-of-this-name";',
    "empty.mjs": "export const environment = 3;",
  });
  for (const [args, message] of [
    [["missing.mjs"], /^cannot read missing\.mjs: it does not exist$/],
    [[file("syntax.mjs")], /^cannot load .*syntax\.mjs: SyntaxError: /],
    [[file("throws.mjs")], /^cannot load .*throws\.mjs: Error: no luck \(throws\.mjs:2\)$/],
    [[file("needs.mjs")], /^cannot load .*needs\.mjs: Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package/],
    [[file("empty.mjs")], /exports no environment: its default export, or one named make, must be a function/],
    [["cartpol"], /^cannot check cartpol: it must be an \.xml, \.js or \.mjs file, or one of hand, cartpole, /],
    [["cartpole", "--episodes", "0"], /^episodes is 0: it must be an integer from 1 to 1000$/],
    [[modelFile("cartpole"), "--episodes", "3"], /^episodes is 3: a model has none; leave --episodes out$/],
  ] as const) {
    const { code, stdout, stderr } = await valuegrad(["check", ...args]);
    t.regex(stderr, /^error: [^\n]+\n$/);
    t.regex(stderr.slice(7, -1), message);
    t.is(code, 2);
    t.is(stdout, "");
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
