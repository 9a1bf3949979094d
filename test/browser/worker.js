// Trains in a worker, with the core that the file itself holds.

import { init, parameterHash, resolveConfig, Trainer } from "../../build/inline.js";

const trainer = new Trainer(await init(), resolveConfig({ steps: 520, batch: 8 }));
while (!trainer.done) trainer.step();
postMessage(await parameterHash(trainer.agent));
