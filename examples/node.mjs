// Learns cart-pole swing-up with the learner embedded in a loop of one's own: `node examples/node.mjs`.
// `Trainer` does all of this by itself; embed an agent like this where the transitions come from elsewhere.

import {
  Agent,
  Environments,
  evaluate,
  exportPolicy,
  init,
  Replay,
  resolveConfig,
  tasks,
  truncateWeights,
} from "valuegrad";

const STEPS = 3000;
const WARM_UP = 500;

const task = tasks.cartpole;
const config = resolveConfig({ seed: 2 });

// Everything that lives in one core is created before the first action, which ends its set-up.
const core = await init();
const agent = new Agent(core, task, config);
const environment = new Environments(core, task, 1, config.seed);
const replay = new Replay(STEPS, task.state.length, task.action.length);

/** Lets the model predict in units of the state changes seen so far. */
function measureScale() {
  agent.modelScale.set(replay.changeDeviations(task.predicted, task.frames));
}

/** Another minibatch, with the importance weights of its actions under the policy of now. */
function nextBatch() {
  replay.gather(agent.sampleIndices(replay.size), config.batch, agent.batch);
  truncateWeights(agent.importanceRatios(), config.batch, config.weightLimit);
}

function update() {
  nextBatch();
  agent.updateModel();
  for (let i = 0; i < config.valueUpdates; ++i) {
    nextBatch();
    agent.updateValue();
  }
  nextBatch();
  environment.rewardGradient(agent.batch);
  agent.updatePolicy();
}

environment.reset(0);
const start = performance.now();
for (let step = 1; step <= STEPS; ++step) {
  const before = Float64Array.from(environment.states);
  const action = agent.act(before);
  environment.actions.set(action);
  environment.step();
  const terminated = environment.terminated[0] === 1;
  const truncated = environment.truncated[0] === 1;
  replay.add(before, action, environment.rewards[0], environment.states, agent.logProbs[0], terminated, truncated);
  if (terminated || truncated) environment.reset(0);
  if (step === WARM_UP) measureScale();
  if (step >= WARM_UP) update();
}
const seconds = (performance.now() - start) / 1000;
console.log(`trained: ${STEPS} steps, ${STEPS - WARM_UP + 1} policy updates, ${seconds.toFixed(1)} s`);

const { returns, score, solved } = evaluate(agent, environment, 1, config.seed);
console.log(
  `evaluated: return ${returns[0].toFixed(1)}, ${task.score.name} ${score.toFixed(3)}, ${solved ? "solved" : "not solved"}`,
);

const hanging = [0, Math.PI, 0, 0];
const [force] = agent.actDeterministically(hanging);
console.log(`acts: at a hanging pole, pushes with ${(10 * force).toFixed(2)} N`);

const onnx = exportPolicy(agent.describePolicy());
console.log(`exported: an ONNX file of ${onnx.length} bytes`);
