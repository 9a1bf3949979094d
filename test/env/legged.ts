import { readFileSync } from "node:fs";
import type { Environments } from "../../src/env/environments.js";
import type { Feature, LinearForm } from "../../src/env/features.js";
import { tasks } from "../../src/env/task.js";
import { readModel } from "../../src/mjcf.js";
import { init, Plant } from "../../src/node.js";

/** Lowest and highest value of a dimension over states. */
export function range(rows: readonly (readonly number[])[], dimension: number): [low: number, high: number] {
  const values = rows.map((row) => row[dimension]!);
  return [Math.min(...values), Math.max(...values)];
}

/** A plant of a task's body. */
async function plantOf(name: string): Promise<Plant> {
  const file = `${name}.xml`;
  return new Plant(
    await init(),
    readModel(readFileSync(new URL(`../../models/${file}`, import.meta.url), "utf8"), file),
  );
}

/** How far the lowest point of a task's body, any part of it, is above the floor at states: less than 0.5 m. */
export async function clearances(name: string, rows: readonly (readonly number[])[]): Promise<number[]> {
  const plant = await plantOf(name);
  return rows.map((row) => {
    plant.q.set(row.slice(0, plant.q.length));
    // contacts know their depth only
    plant.q[1]! -= 0.5;
    plant.forward();
    return 0.5 + Math.min(...plant.contacts().map(({ distance }) => distance));
  });
}

/** The reward at a transition between states that are zero but for the given dimensions. */
export function rewardAt(
  environments: Environments,
  s: Readonly<Record<number, number>>,
  a: readonly number[],
  sNext: Readonly<Record<number, number>>,
): number {
  const { row } = environments;
  const place = (state: Float64Array, given: Readonly<Record<number, number>>) => {
    state.fill(0);
    for (const [i, value] of Object.entries(given)) state[Number(i)] = value;
  };
  place(row.s, s);
  place(row.sNext, sNext);
  row.a.set(a);
  return environments.rowReward();
}

function featureAt(feature: Feature, s: readonly number[]): number {
  const at = (form: LinearForm) => form.reduce((sum, [index, coefficient]) => sum + coefficient * s[index]!, 0);
  switch (feature.kind) {
    case "sum":
      return feature.of.reduce((sum, part) => sum + featureAt(part, s), 0) / feature.scale;
    case "rotated":
      throw new Error("no legged body has one");
    default:
      return (
        { linear: at, sin: (of: LinearForm) => Math.sin(at(of)), cos: (of: LinearForm) => Math.cos(at(of)) }[
          feature.kind
        ](feature.of) / feature.scale
      );
  }
}

/** A body's features that are sums at a state, and where its sites are, x from the root's. */
export async function placesAt(name: string, s: readonly number[]) {
  const plant = await plantOf(name);
  plant.q.set(s.slice(0, plant.q.length));
  plant.forward();
  const sites = plant.model.sites.map((_, i) => plant.sitePosition(i));
  return {
    sums: tasks[name]!.features.filter(({ kind }) => kind === "sum").map((feature) => featureAt(feature, s)),
    sites: sites.map(([x, height]) => ({ x: x - s[0]!, height })),
  };
}
