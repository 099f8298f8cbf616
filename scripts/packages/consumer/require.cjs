// What CommonJS programs do: Node 22 and newer load ES modules by `require`, unless one waits with
// a top-level `await`. The names of the packages are the arguments.
const { equal, ok } = require('node:assert/strict');

for (const name of process.argv.slice(2)) ok(Object.keys(require(name)).length > 0, name);

const { VectorIndex } = require('@nigh/core');
const index = VectorIndex.create({ dimension: 2, capacity: 3, threads: 1 });
index
  .add([
    [0, 0],
    [1, 1],
  ])
  .then(() => equal(index.search([1, 1], 1).nodes[0], 1))
  .then(() => index.close());
