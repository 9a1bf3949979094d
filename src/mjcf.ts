/** valuegrad's MJCF reader, apart from the main entry because a deployed page simulates stored models and needs no XML. */

export { describeModel } from "./mjcf/describe.js";
export { MjcfError } from "./mjcf/error.js";
export type { PlanarModel } from "./mjcf/model.js";
export { readModel } from "./mjcf/read.js";
