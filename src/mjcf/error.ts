import { shorten } from "../wording.js";

/** Longer than any reason but those that quote the document. */
const LONGEST_REASON = 1000;

/**
 * What is wrong with a model file, in one sentence: the file, the line and the element, then the fault and what would
 * be right.
 */
export class MjcfError extends Error {
  override readonly name = "MjcfError";

  constructor(
    readonly file: string,
    readonly line: number,
    /** The element as it stands in the file, `<geom name="foot">`; empty for a fault of the text itself. */
    readonly element: string,
    reason: string,
  ) {
    super(`${file}:${line}: ${element === "" ? "" : `${element} `}${shorten(reason, LONGEST_REASON)}`);
  }
}
