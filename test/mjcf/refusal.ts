import test from "ava";
import { MjcfError } from "../../src/mjcf/error.js";
import { readModel } from "../../src/mjcf/read.js";

/** What a document is refused with. */
export function refusal(xml: string): MjcfError {
  try {
    readModel(xml, "m.xml");
  } catch (error) {
    if (error instanceof MjcfError) return error;
    throw error;
  }
  throw new Error("it was read");
}

export const hinge = '<joint name="j" axis="0 1 0"/>';
export const ball = '<geom name="g" size="0.1"/>';

/** A pendulum with something added to the body, the world, or around the world. */
export const model = (
  parts: Partial<Record<"body" | "world" | "rest" | "joint" | "geom" | "attributes", string>>,
): string =>
  `<mujoco>
<worldbody>${parts.world ?? ""}
<body name="b" ${parts.attributes ?? ""}>${parts.joint ?? hinge}
${parts.geom ?? ball}
${parts.body ?? ""}
</body></worldbody>
${parts.rest ?? ""}
</mujoco>`;

/** One test for each document: it is refused, with file and line, in one sentence that says so. */
export function testRefusals(refused: Readonly<Record<string, readonly [xml: string, message: RegExp]>>): void {
  for (const [name, [xml, message]] of Object.entries(refused))
    test(`refused: ${name}`, (t) => {
      const error = refusal(xml);
      t.regex(error.message, message);
      t.regex(error.message, /^m\.xml:\d+: /);
      t.false(error.message.includes("\n"));
    });
}
