/** Everything that reads input from outside. A new reader is one entry in one of these lists. */

import type { Reader } from "./hunt.js";
import { modelReaders } from "./readers/models.js";
import { policyReaders } from "./readers/policies.js";
import { resultReaders } from "./readers/results.js";
import { runReaders } from "./readers/runs.js";
import { settingsReaders } from "./readers/settings.js";

export const readers: readonly Reader[] = [
  ...settingsReaders,
  ...modelReaders,
  ...runReaders,
  ...resultReaders,
  ...policyReaders,
];
