// Rules that keep one idea in one file (byte offsets, randomness), and one word for one thing.
import { isTest } from './imports.ts';
import { type Finding, findAll, type Source } from './source.ts';

const LAYOUT = 'packages/core/src/memory/layout.ts';

/** Core's byte offsets are computed in one file; the others receive them. */
export function byteOffsets(source: Source): Finding[] {
  const { path } = source;
  if (!path.startsWith('packages/core/src/') || path === LAYOUT) {
    return [];
  }
  const message = `let ${LAYOUT} compute it`;
  return [
    ...findAll(source, /\bBYTES_PER_ELEMENT\b/g, message),
    ...findAll(source, /\balign(?:Up|Down|To|ed)?\s*\(/g, message),
    ...findAll(
      source,
      /\bbyte(?:Offset|Length)\s*[*/]|[*]\s*[\w.]*\bbyte(?:Offset|Length)\b/g,
      message,
    ),
  ];
}

const GENERATORS: readonly string[] = [
  'packages/core/src/random.ts',
  'packages/testkit/src/random.ts',
];
// The multipliers and steps by which the common generators are known.
const GENERATOR_CONSTANTS =
  /\b(?:0x6d2b79f5|0x9e3779b9|0x21f0aaad|0x735a2d97|0x2545f491|0x5851f42d|1664525|1103515245)\w*/gi;

/**
 * Ask the runtime for what strangers cannot know, and for names of channels that nothing else has;
 * no result depends on either.
 */
const UNPREDICTABLE: readonly string[] = [
  'packages/base/src/unpredictable.ts',
  'packages/core/src/engine/runtime.ts',
];

/** Everything random grows from a seed, in one generator for the engine and one for test data. */
export function randomness(source: Source): Finding[] {
  const advice = 'draw from a seeded generator';
  const salts = /\b(?:getRandomValues|randomBytes|randomInt|randomUUID)\b/g;
  const unseeded = [
    ...findAll(source, /\bMath\s*\.\s*random\b/g, advice),
    ...(UNPREDICTABLE.includes(source.path) ? [] : findAll(source, salts, advice)),
  ];
  if (GENERATORS.includes(source.path)) return unseeded;
  const message = `a generator lives in ${GENERATORS.join(' or ')} only`;
  return [...unseeded, ...findAll(source, GENERATOR_CONSTANTS, message)];
}

const OTHER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/(?<!\.)\bef(?:C|Construct)\b/g, 'write efConstruction'],
  [/(?<!\.)\b(?:maxM0|Mmax0)\b/g, 'write M0'],
  [/(?<!\.)\btopK\b/g, 'write k'],
  [/(?<!\.)\b(?:numVectors|vectorCount)\b/g, 'write count'],
  [/(?<!\.)\b(?:maxElements)\b/g, 'write capacity'],
  [/(?<!\.)\b(?:distFn|distanceFn)\b/g, 'write kernel'],
];
const CORE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/(?<!\.)\bembeddings?\b/g, 'write vector'],
  [/(?<!\.)\b(?:enterPoint|enterpoint)\b/g, 'write entryPoint'],
  [/(?<!\.)\b(?:beamWidth)\b/g, 'write efConstruction or efSearch'],
];

// The peers of the comparison have names of their own, and bad inputs are wrong on purpose.
const FOREIGN_WORDS: readonly string[] = [
  'benchmarks/compare/',
  'packages/testkit/src/bad-inputs/',
];

/** The glossary's "do not write" words as identifiers. Members of foreign objects are let alone. */
export function glossary(source: Source): Finding[] {
  if (FOREIGN_WORDS.some((folder) => source.path.startsWith(folder))) return [];
  const inCore = source.path.startsWith('packages/core/') && !isTest(source.path);
  const words = inCore ? [...OTHER_WORDS, ...CORE_WORDS] : OTHER_WORDS;
  return words.flatMap(([pattern, message]) => findAll(source, pattern, message));
}
