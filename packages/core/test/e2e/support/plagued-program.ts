// One index lives through many deaths of its threads, at seeded moments of all that threads do:
// it is added to, updated, removed from, rebuilt, consolidated and searched, and after each death
// compared with a ledger. Prints one line about each death and one at the end. Started with
// support/doomed-threads.ts loaded first. Arguments: the seed, how many deaths, and the setting.

import { type IndexOptions, VectorIndex } from '@nigh/core';
import { Random } from '@nigh/testkit';
import { failureOf } from './data.ts';
import {
  type Doom,
  type DoomPlan,
  deadThreads,
  type Moment,
  seenSince,
  setDoom,
} from './doomed-threads.ts';
import { freeBlocks, Ledger } from './ledger.ts';

const [seedText, deathsText, setting] = process.argv.slice(2);
const SEED = Number(seedText);
const DEATHS = Number(deathsText);
const DIMENSION = 8;
/** Enough for a build by partitions. */
const COUNT = 1200;
/** More than all threads of an operation and their successors can die. */
const EVERYBODY = 1000;
const DOOMS: readonly Doom[] = ['exit', 'fail', 'memory', 'terminate'];
const MOMENTS: readonly Moment[] = ['noted', 'taken', 'done'];

const SETTINGS: Readonly<Record<string, Partial<IndexOptions>>> = {
  partitions: { capacity: 2000 },
  insertion: { capacity: 2000, builder: 'insertion' },
  // Segments are sealed when they are full, every few rounds.
  sealed: { capacity: 600, precision: 'int8', originals: 'memory' },
};
const options: IndexOptions = {
  ...{ dimension: DIMENSION, threads: 2, flatThreshold: 0, consolidateAt: 0.12 },
  ...SETTINGS[setting],
};

const random = new Random(SEED);
const warnings: string[] = [];
process.on('warning', (warning) => {
  warnings.push(String((warning as { code?: unknown }).code ?? warning));
});

/** Memories of segments that are in use, or not yet collected. */
const memories = new Set<WeakRef<WebAssembly.Memory>>();
const OriginalMemory = WebAssembly.Memory;
WebAssembly.Memory = class extends OriginalMemory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.add(new WeakRef(this));
  }
};

function memoriesInUse(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return [...memories].filter((memory) => memory.deref() !== undefined).length;
}

/** What is done while threads die; what was wrong with what came of it. */
type Act = (index: VectorIndex, ledger: Ledger) => Promise<string[]>;

/** Adds vectors. They are in when this returns its promise, whatever becomes of linking. */
async function fill(
  index: VectorIndex,
  ledger: Ledger,
  count: number,
  rebuild: 'never' | 'now' = 'never',
): Promise<void> {
  const vectors = ledger.draw(count);
  const adding = index.add(vectors, { rebuild });
  ledger.put([...index.nodes()].slice(-count), vectors);
  await adding;
}

async function addSome(
  index: VectorIndex,
  ledger: Ledger,
  rebuild: 'never' | 'now',
): Promise<string[]> {
  await fill(index, ledger, random.integer(40, 160), rebuild);
  return [];
}

function removeSome(index: VectorIndex, ledger: Ledger, count: number): void {
  const nodes = ledger.pick(count);
  index.remove(nodes);
  ledger.remove(nodes);
}

const ACTS: Readonly<Record<string, Act>> = {
  add: (index, ledger) => addSome(index, ledger, 'never'),
  rebuild: (index, ledger) => addSome(index, ledger, 'now'),
  async update(index, ledger) {
    const nodes = ledger.pick(random.integer(20, 80));
    const vectors = ledger.draw(nodes.length);
    const updating = index.update(nodes, vectors);
    ledger.put(nodes, vectors);
    await updating;
    return [];
  },
  async consolidate(index, ledger) {
    removeSome(index, ledger, random.integer(5, 60));
    await index.consolidate();
    return index.stats().removed > 0 ? ['removed vectors take memory'] : [];
  },
  async background(index, ledger) {
    removeSome(index, ledger, 250);
    // A batch is answered and more is removed while the segment is rewritten.
    const queries = ledger.draw(20);
    const batch = await index.searchBatch(queries, 10, { exact: true }).catch(() => undefined);
    const wrong = batch ? ledger.checkBatch(queries, batch) : [];
    removeSome(index, ledger, 20);
    await index.link();
    return wrong;
  },
  async batch(index, ledger) {
    const queries = ledger.draw(60);
    const [exact] = await Promise.all([
      index.searchBatch(queries, 10, { exact: true }),
      index.searchBatch(queries, 10),
    ]);
    return ledger.checkBatch(queries, exact);
  },
  async build(_index, ledger) {
    const count = 700;
    const own = new Ledger(DIMENSION, random.word());
    const vectors = ledger.draw(count);
    own.put([...Array(count).keys()], vectors);
    const built = await VectorIndex.build(vectors, options);
    const wrong = [...built.verify().map(({ kind }) => kind), ...own.check(built, 5)];
    await built.close();
    return wrong;
  },
  async close(_index, ledger) {
    const doomed = VectorIndex.create({ ...options, consolidateAt: 0.1 });
    const building = doomed.add(ledger.draw(800));
    doomed.remove(Array.from({ length: 200 }, (_, i) => i * 3));
    const queries = ledger.draw(20);
    const searching = doomed.searchBatch(queries, 10);
    const patience = random.integer(0, 120);
    const closing = new Promise((resolve) => setTimeout(resolve, patience)).then(() => {
      return doomed.close();
    });
    const codes = await Promise.all([building, searching, closing].map(failureOf));
    const known = ['WORKER_FAILED', 'CLOSED', undefined];
    const strange = codes.filter((code) => !known.includes(code));
    return strange.map((code) => `close ends with ${code}`);
  },
};
const NAMES = Object.keys(ACTS);
const runsOf = new Map<string, number>();

/** What an operation that failed must leave as it was. */
function outline(index: VectorIndex): Record<string, number> {
  const { count, removed, segments, capacity, linked } = index.stats();
  return { count, removed, segments, capacity, linked };
}

function drawPlan(name: string, round: number): DoomPlan {
  const cycle = Math.floor(round / NAMES.length);
  const doom = DOOMS[cycle % DOOMS.length];
  const every = random.uniform() < 0.3;
  const delay = doom === 'terminate' ? random.integer(0, 12) : random.integer(0, 3);
  const run = random.integer(1, (runsOf.get(name) ?? 4) + 1);
  const moment = MOMENTS[random.integer(0, MOMENTS.length)];
  const deaths = every ? EVERYBODY : 1;
  // The one phase of an add that is not done twice.
  if (name === 'add' && cycle % 2 === 0) {
    return { phase: 'apply', run: 1, deaths, doom, delay: 0, moment };
  }
  return { phase: 'any', run, deaths, doom, delay, moment };
}

/** Everything that must hold when nothing runs. */
function inspect(index: VectorIndex, ledger: Ledger): string[] {
  const problems = index.verify().map(({ kind, message }) => `${kind}: ${message}`);
  return [...problems, ...ledger.check(index, 3)];
}

async function round(
  index: VectorIndex,
  ledger: Ledger,
  number: number,
): Promise<Record<string, unknown>> {
  const name = NAMES[number % NAMES.length];
  const plan = drawPlan(name, number);
  if (index.count > 1.3 * COUNT) removeSome(index, ledger, index.count - COUNT);
  if (index.count < 0.8 * COUNT) await fill(index, ledger, COUNT - index.count);
  await index.link();
  const before = outline(index);
  setDoom(plan);
  let wrong: string[] = [];
  const acting = ACTS[name](index, ledger).then((found) => {
    wrong = found;
  });
  const code = await failureOf(acting);
  const [dead, { runs, phase }] = [deadThreads(), seenSince()];
  setDoom(undefined);
  await new Promise((resolve) => setImmediate(resolve)); // warnings come in a turn of their own
  if (code === undefined) runsOf.set(name, Math.max(1, runs));
  const after = outline(index);
  wrong.push(...inspect(index, ledger));
  const linking = await failureOf(index.link());
  const { linked: linkedThen, count, removed } = index.stats();
  if (linkedThen !== count + removed) wrong.push(`links ${linkedThen} of ${count + removed}`);
  wrong.push(...inspect(index, ledger));
  return {
    ...{ round: number, name, ...plan, phase, dead, code, before, after },
    ...{ linking, wrong, warnings: warnings.splice(0) },
  };
}

const ledger = new Ledger(DIMENSION, SEED);
const index = VectorIndex.create(options);
await fill(index, ledger, COUNT);
const free = await freeBlocks(index);
for (let number = 0, hits = 0; hits < DEATHS && number < 3 * DEATHS; number++) {
  const line = await round(index, ledger, number);
  if (Number(line.dead) > 0) hits++;
  console.log(JSON.stringify(line));
}
const freeThen = await freeBlocks(index);
const { segments } = index.stats();
const { asked, missed } = ledger;
const inUse = memoriesInUse();
await index.close();
console.log(JSON.stringify({ free, freeThen, asked, missed, segments, inUse }));
