import type { Attribute, Graph, Node, Tensor, ValueInfo } from "./schema.js";

/** Collects nodes and constants of a graph in topological order, each value under a name of its own. */
export class GraphBuilder {
  readonly #names = new Set<string>();
  readonly #nodes: Node[] = [];
  readonly #initializers: Tensor[] = [];
  readonly #inputs: readonly ValueInfo[];
  readonly #outputs: readonly ValueInfo[];

  /** @param outputs each must be made by a `node` of that name. */
  constructor(inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]) {
    this.#inputs = inputs;
    this.#outputs = outputs;
    for (const value of [...inputs, ...outputs]) this.#claim(value.name);
  }

  /**
   * Adds a constant.
   *
   * @param shape sizes, row-major; empty for a scalar.
   * @returns its name: `name`, numbered if taken.
   * @throws Error when the data does not fill the shape.
   */
  constant(name: string, shape: readonly number[], data: Float32Array): string {
    const size = shape.reduce((product, length) => product * length, 1);
    if (data.length !== size)
      throw new Error(`Constant ${name}: ${data.length} values for shape [${shape.join(", ")}].`);
    const unique = this.#unique(name);
    this.#initializers.push({ name: unique, shape, data });
    return unique;
  }

  /**
   * Adds a node with one output.
   *
   * @param inputs names of values; "" leaves an optional input out.
   * @param name of the node and of its output: that of a graph output, or a new one, numbered if taken.
   * @returns the name of its output.
   */
  node(operator: string, inputs: readonly string[], name: string, attributes: readonly Attribute[] = []): string {
    const output = this.#outputs.some((value) => value.name === name) ? name : this.#unique(name);
    this.#nodes.push({ name: output, operator, inputs, outputs: [output], attributes });
    return output;
  }

  /** @throws Error when no node, or more than one, makes an output. */
  build(name: string, doc: string): Graph {
    for (const output of this.#outputs) {
      const makers = this.#nodes.filter((node) => node.outputs.includes(output.name)).length;
      if (makers !== 1) throw new Error(`Graph output ${output.name} is made by ${makers} nodes, not by one.`);
    }
    return {
      name,
      doc,
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }

  #unique(name: string): string {
    let candidate = name;
    for (let i = 1; this.#names.has(candidate); i++) candidate = `${name}_${i}`;
    return this.#claim(candidate);
  }

  #claim(name: string): string {
    if (this.#names.has(name)) throw new Error(`The graph has two values named ${name}.`);
    this.#names.add(name);
    return name;
  }
}
