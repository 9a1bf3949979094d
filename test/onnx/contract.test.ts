import test from "ava";
import { PbfWriter } from "pbf";
import { readPolicy } from "../../src/onnx/contract.js";
import { exportPolicy } from "../../src/onnx/export.js";
import { readModel } from "../../src/onnx/read.js";
import { blank, hashOf } from "../../src/seal.js";
import { type Plan, randomCases, randomPolicy, resealed, Source, withMetadata } from "./policies.js";

const PLAN: Plan = {
  state: 3,
  kinds: ["linear", "sum", "cos", "rotated"],
  hidden: [4],
  squash: "tanh",
  bounds: [
    [-1, 0.1],
    [-Infinity, Infinity],
  ],
};
const POLICY = { ...randomPolicy(1, PLAN), task: "cart-pole/größe π ≥ 3" };
const GOLDEN = randomCases(POLICY, 2, 4);
const MODEL = exportPolicy(POLICY, { golden: GOLDEN });

test("a policy file's contract is what was exported", (t) => {
  for (const stochastic of [false, true]) {
    const bytes = exportPolicy(POLICY, { golden: GOLDEN, stochastic });
    const contract = readPolicy(bytes);
    t.is(contract.task, POLICY.task);
    t.is(contract.stochastic, stochastic);
    t.deepEqual(contract.state, POLICY.state);
    t.deepEqual(contract.action, POLICY.action);
    t.deepEqual(contract.features, POLICY.features);
    t.deepEqual(contract.golden, { obs: GOLDEN.obs, action: GOLDEN.action, count: 4 });
    // read from a longer buffer, as files are
    t.deepEqual(readPolicy(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)), contract);
  }
  t.is(readPolicy(exportPolicy(POLICY)).golden, undefined);
});

test("the digest is the SHA-256 of the file with the digest's 64 digits zeroed", (t) => {
  const { digest } = readPolicy(MODEL);
  const text = Buffer.from(MODEL).toString("latin1");
  t.is(text.split(digest).length, 2, "it stands there once");
  t.is(hashOf(Buffer.from(text.replace(digest, blank), "latin1")), digest);
});

test("every one of 1,000 flipped bits and of 1,000 cuts is noticed", (t) => {
  const source = new Source(1);
  const noticed = (bytes: Uint8Array): boolean => {
    try {
      readPolicy(bytes);
      return false;
    } catch (error) {
      return error instanceof Error && /^Not an? (?:ONNX model|policy file of valuegrad)[^\n]*$/.test(error.message);
    }
  };
  for (let i = 0; i < 1000; ++i) {
    const flipped = MODEL.slice();
    flipped[source.below(MODEL.length)]! ^= 1 << source.below(8);
    if (!noticed(flipped)) return t.fail(`flip ${i}`);
    if (!noticed(MODEL.slice(0, source.below(MODEL.length)))) return t.fail(`cut ${i}`);
  }
  return t.false(noticed(MODEL));
});

/** The file with a metadata entry changed, or left out, and sealed again. */
function withEntry(key: string, change: (text: string) => string | undefined): Uint8Array {
  const entries = [...readModel(MODEL).metadata].flatMap(([name, text]): (readonly [string, string])[] => {
    const value = name === key ? change(text) : text;
    return value === undefined ? [] : [[name, value]];
  });
  return resealed(withMetadata(MODEL, entries));
}

/** Changes the JSON of an entry. */
const edit = (key: string, change: (value: never) => unknown): Uint8Array =>
  withEntry(key, (text) => {
    const value = JSON.parse(text) as never;
    return JSON.stringify(change(value) ?? value);
  });

type Rows = Record<string, unknown>[];

for (const [name, bytes, message] of [
  ["no task", withEntry("task", () => undefined), /its task is ""\.$/],
  ["a task that clears a terminal", withEntry("task", () => "\u001b[2J"), /its task is " \[2J"\.$/],
  ["a long task", withEntry("task", () => "x".repeat(101)), /its task is "x{57}\.\.\."\.$/],
  ["another version", withEntry("format_version", () => "1"), /its format_version is 1, this release reads 2\.$/],
  ["another's file", withEntry("format_version", () => undefined), /valuegrad made it, without our metadata\.$/],
  ["no observations", withEntry("observations", () => undefined), /it has no metadata entry observations\.$/],
  ["text for observations", withEntry("observations", () => "s0"), /its metadata entry observations is no JSON\.$/],
  [
    "an object of observations",
    withEntry("observations", () => "{}"),
    /metadata observations is an object: it must be an array\.$/,
  ],
  [
    "no observation",
    withEntry("observations", () => "[]"),
    /metadata observations is \[\]: it must be an array that is not empty\.$/,
  ],
  [
    "a name that is none",
    edit("observations", (rows: Rows) => {
      rows[2]!.name = 5;
    }),
    /metadata observations\[2\]\.name is 5: it must be 1 to 100 characters, none of them a control character\.$/,
  ],
  [
    "a unit of two lines",
    edit("actions", (rows: Rows) => {
      rows[1]!.unit = "N\nm";
    }),
    /metadata actions\[1\]\.unit is "N m": it must be 1 to 100 characters, none of them a control character\.$/,
  ],
  [
    "a bound in words",
    edit("actions", (rows: Rows) => {
      rows[0]!.low = "-1";
    }),
    /metadata actions\[0\]\.low is "-1": it must be a finite number\.$/,
  ],
  [
    "an infinite bound",
    withEntry("actions", (text) => text.replace("-1", "-1e999")),
    /\[0\]\.low is -Infinity: it must be a finite number\.$/,
  ],
  [
    "bounds the wrong way round",
    edit("actions", (rows: Rows) => {
      rows[0]!.low = 2;
    }),
    /metadata actions is \[.*\]: it must be an array whose lower bounds are below the upper ones\.$/,
  ],
  [
    "a missing bound",
    edit("actions", (rows: Rows) => {
      delete rows[0]!.high;
    }),
    /metadata actions\[0\]\.high is missing\.$/,
  ],
  [
    "two of one name",
    edit("observations", (rows: Rows) => {
      rows[0]!.name = rows[1]!.name;
    }),
    /metadata observations is \[.*\]: it must be an array of different names\.$/,
  ],
  [
    "one observation too many",
    edit("observations", (rows: Rows) => [...rows, { ...rows[0], name: "more" }]),
    /obs is float32 \[batch, 3\], not float32 \[batch, 4\]\.$/,
  ],
  [
    "one action too few",
    edit("actions", (rows: Rows) => rows.slice(1)),
    /action is float32 \[batch, 2\], not float32 \[batch, 1\]\.$/,
  ],
  [
    "a feature of another kind",
    edit("features", (rows: Rows) => [{ ...rows[0], kind: "tan" }]),
    /metadata features\[0\]\.kind is "tan": it must be one of linear, sin, cos, rotated, sum\.$/,
  ],
  [
    "a feature of a dimension that is not there",
    edit("features", () => [{ kind: "linear", of: [[3, 1]], scale: 1 }]),
    /metadata features: feature 0 reads state dimension 3 of 3\.$/,
  ],
  [
    "inputs described that are none",
    edit("inputs", () => ({ obs: "", noise: "" })),
    /metadata inputs: it must describe obs\.$/,
  ],
  [
    "outputs described by numbers",
    edit("outputs", () => ({ action: 1 })),
    /metadata outputs\.action is 1: it must be text\.$/,
  ],
  [
    "golden actions beyond the bounds",
    edit("golden", ({ obs }: { obs: number[][] }) => ({ obs, action: obs.map(() => [0.2, 0]) })),
    /metadata golden\.action: beyond the bounds\.$/,
  ],
  ["golden rows of another width", edit("golden", () => ({ obs: [[1]], action: [[1, 1]] })), /not rows of 3 numbers/],
] as const) {
  test(`refused although it is sealed: ${name}`, (t) => {
    const error = t.throws(() => readPolicy(bytes));
    t.regex(error.message, message);
    t.notRegex(error.message, /\n/);
  });
}

test("a changed entry in these tests is all that is wrong", (t) => {
  t.deepEqual(readPolicy(withEntry("task", () => "other")).golden, readPolicy(MODEL).golden);
  t.is(readPolicy(withEntry("task", () => "other")).task, "other");
});

/** The file with a field added to its graph's first node, or at its end. */
const appended = (write: (writer: PbfWriter) => void): Uint8Array => {
  const writer = new PbfWriter();
  write(writer);
  return resealed(Buffer.concat([MODEL, writer.finish()]));
};

test("a file that asks a runtime for more than arithmetic on its own numbers is refused", (t) => {
  const refuse = (bytes: Uint8Array, message: RegExp) => t.throws(() => readPolicy(bytes), { message });
  const graph = (write: (writer: PbfWriter) => void) =>
    appended((w) => w.writeMessage(7, (_, inner) => write(inner), 0));
  refuse(
    appended((w) => w.writeMessage(25, (_, inner) => inner.writeStringField(1, "Gemm"), 0)),
    /functions of its own/,
  );
  refuse(
    appended((w) => w.writeMessage(20, () => {}, 0)),
    /it asks for training\.$/,
  );
  const node = (operator: string, domain: string) =>
    graph((w) =>
      w.writeMessage(
        1,
        (_, inner) => {
          inner.writeStringField(4, operator);
          inner.writeStringField(7, domain);
        },
        0,
      ),
    );
  refuse(node("Loop", ""), /its graph has the operator Loop, which no policy has\.$/);
  refuse(node("Gemm", "com.example"), /it asks for operators that are not standard\.$/);
  refuse(
    graph((w) => w.writeMessage(5, (_, inner) => inner.writeVarintField(14, 1), 0)),
    /it asks for numbers in another file\.$/,
  );
  refuse(
    graph((w) => w.writeMessage(15, () => {}, 0)),
    /it asks for sparse numbers\.$/,
  );
});
