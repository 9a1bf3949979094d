import test from "ava";
import { GraphBuilder } from "../../src/onnx/graph.js";

const INPUT = { name: "x", shape: ["batch", 2], doc: "" };
const OUTPUT = { name: "y", shape: ["batch", 2], doc: "" };

test("every value has a name of its own", (t) => {
  const graph = new GraphBuilder([INPUT], [OUTPUT]);
  graph.constant("one", [], Float32Array.of(1));
  graph.node("Sin", ["x"], "y");
  const message = (name: string) => ({ message: `The graph has two values named ${name}.` });
  t.throws(() => graph.constant("one", [], Float32Array.of(2)), message("one"));
  t.throws(() => graph.node("Cos", ["x"], "one"), message("one"));
  t.throws(() => graph.node("Cos", ["x"], "y"), message("y"));
  t.throws(() => graph.node("Cos", ["x"], "x"), message("x"));
});

test("every output is made by a node", (t) => {
  const graph = new GraphBuilder([INPUT], [OUTPUT]);
  t.throws(() => graph.build("g", ""), { message: "No node makes the graph output y." });
  graph.node("Sin", ["x"], "y");
  t.is(graph.build("g", "").nodes.length, 1);
});

test("a constant fills its shape", (t) => {
  const graph = new GraphBuilder([INPUT], [OUTPUT]);
  t.throws(() => graph.constant("m", [2, 3], new Float32Array(5)), {
    message: "Constant m: 5 values for shape [2, 3].",
  });
  t.throws(() => graph.constant("m", [], new Float32Array(2)), { message: "Constant m: 2 values for shape []." });
});
