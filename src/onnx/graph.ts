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
    for (const input of inputs) this.#claim(input.name);
  }

  /**
   * Adds a constant.
   *
   * @param shape sizes, row-major; empty for a scalar.
   * @returns its name.
   * @throws Error when the name is taken or the data does not fill the shape.
   */
  constant(name: string, shape: readonly number[], data: Float32Array): string {
    const size = shape.reduce((product, length) => product * length, 1);
    if (data.length !== size) {
      throw new Error(`Constant ${name}: ${data.length} values for shape [${shape.join(", ")}].`);
    }
    this.#initializers.push({ name: this.#claim(name), shape, data });
    return name;
  }

  /**
   * Adds a node with one output.
   *
   * @param inputs names of values; "" leaves an optional input out.
   * @param name of the node and of its output, which is a graph output if it has the name of one.
   * @returns the name of its output.
   * @throws Error when the name is taken.
   */
  node(
    operator: Node["operator"],
    inputs: readonly string[],
    name: string,
    attributes: readonly Attribute[] = [],
  ): string {
    this.#nodes.push({ name: this.#claim(name), operator, inputs, outputs: [name], attributes });
    return name;
  }

  /** @throws Error when no node makes an output. */
  build(name: string, doc: string): Graph {
    const made = new Set(this.#nodes.map((node) => node.name));
    for (const output of this.#outputs) {
      if (!made.has(output.name)) throw new Error(`No node makes the graph output ${output.name}.`);
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

  #claim(name: string): string {
    if (this.#names.has(name)) throw new Error(`The graph has two values named ${name}.`);
    this.#names.add(name);
    return name;
  }
}
