import test, { type ExecutionContext } from "ava";
import { assertClose, derivative, Source } from "../core/numbers.js";
import { clip, cos, dot, exp, given, held, minus, over, plus, type Quantity, sin, Tape, tanh, times } from "./tape.js";

const source = new Source(7);

/** Asserts that the tape's derivatives of f at x are those of its differences. */
function assertDerivatives(
  t: ExecutionContext,
  name: string,
  f: (x: readonly Quantity[]) => Quantity,
  x: readonly number[],
): void {
  const tape = new Tape();
  const variables = tape.variables(x);
  const result = f(variables);
  const numeric = x.map((at, i) => derivative((moved) => held(f(x.with(i, moved))), at));
  assertClose(t, tape.gradient(result, variables), numeric, 1e-10, name);
  // constants stay constants, of the same value
  t.is(f(x), held(result), name);
}

test("tape: every operation's derivative is that of its differences", (t) => {
  const operations: Record<string, (x: readonly Quantity[]) => Quantity> = {
    plus: ([x, y]) => plus(x!, y!),
    minus: ([x, y]) => minus(x!, y!),
    times: ([x, y]) => times(x!, y!),
    over: ([x, y]) => over(x!, y!),
    sin: ([x]) => sin(x!),
    cos: ([x]) => cos(x!),
    exp: ([x]) => exp(x!),
    tanh: ([x]) => tanh(x!),
    "clip, inside": ([x]) => clip(x!, 10),
    "clip, outside": ([x, y]) => plus(clip(x!, 0.1), y!),
    dot: ([x, y]) => dot([x!, y!, 3], [y!, x!, x!]),
    "with a constant": ([x]) => over(minus(2, times(x!, 3)), plus(1, times(x!, x!))),
    "with itself": ([x]) => times(x!, plus(x!, x!)),
  };
  for (const [name, operation] of Object.entries(operations)) {
    for (let n = 0; n < 5; n++) assertDerivatives(t, name, operation, source.array(2, 0.3, 1.7));
  }
});

test("tape: derivatives of what is made of thousands of operations", (t) => {
  const f = (x: readonly Quantity[]) => {
    let state = [...x];
    for (let n = 0; n < 500; n++) {
      const [a, b, c] = state as [Quantity, Quantity, Quantity];
      state = [
        plus(a, times(0.01, sin(b))),
        minus(b, times(0.01, dot([a, c], [c, 1]))),
        over(c, plus(1, times(1e-3, exp(a)))),
      ];
    }
    return dot(state, [1, tanh(state[0]!), 2]);
  };
  assertDerivatives(t, "f", f, source.array(3));
});

test("tape: what is held passes no derivative on, and what does not matter has none", (t) => {
  const tape = new Tape();
  const [x, y] = [tape.variable(2), tape.variable(3)];
  t.deepEqual(tape.gradient(times(held(x), x), [x, y]), [2, 0]);
  t.deepEqual(tape.gradient(5, [x]), [0]);
  t.deepEqual(tape.gradient(given(1, [x, 4, y], [10, 20, 30]), [x, y]), [10, 30]);
  t.throws(() => plus(x, new Tape().variable(1)), { message: "scalars of two tapes" });
  t.throws(() => dot([x], []), { message: "lengths 1 and 0" });
});
