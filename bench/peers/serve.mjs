// What a peer in JavaScript answers on standard input, in the messages of python/peer.py.

import { createInterface } from "node:readline";

/**
 * Says the version and that a program of this name is there for each work, then answers.
 * @param programs For each work what makes { turn, results } of a request to prepare it; both may be asynchronous.
 */
export async function serve(version, name, programs) {
  const prepared = new Map();

  async function answer(request) {
    const { do: kind, id } = request;
    if (kind === "prepare") {
      prepared.set(id, await programs[request.work](request));
      return {};
    }
    const { turn, results, release } = prepared.get(id);
    if (kind === "results") return await results();
    if (kind === "release") {
      prepared.delete(id);
      await release?.();
      return {};
    }
    const start = performance.now();
    for (let i = 0; i < request.turns; ++i) {
      const running = turn();
      if (running !== undefined) await running;
    }
    return (performance.now() - start) / 1000;
  }

  const names = Object.fromEntries(Object.keys(programs).map((work) => [work, [name]]));
  console.log(JSON.stringify({ version, programs: names, slow: null }));
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) console.log(JSON.stringify(await answer(JSON.parse(line))));
}
