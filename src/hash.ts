import type { Agent } from "./agent.js";

/**
 * SHA-256, in hexadecimal, over the bytes of all trained parameters: policy, critic, model, padding included. Two runs with one
 * configuration have one hash, whatever machine, Node version, browser or (of release and scalar) build they ran on.
 * @throws TypeError in a page that is neither from https nor from localhost: browsers hash in secure contexts only.
 */
export async function parameterHash(agent: Agent): Promise<string> {
  const blocks = [agent.policy, agent.value, agent.model].map((network) => network.values);
  const all = new Float32Array(blocks.reduce((count, block) => count + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
