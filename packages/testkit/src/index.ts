/**
 * The test kit: seeded data, the exact oracle, recall, arbitraries, bad inputs and file damage.
 * Private, for tests and benchmarks; nothing published may depend on it, and it never runs the
 * core.
 */
export * from './arbitraries.ts';
export * from './bad-inputs.ts';
export * from './brute-force.ts';
export * from './clustered.ts';
export * from './contracts/file-system.ts';
export * from './dataset.ts';
export * from './file-damage.ts';
export * from './npy.ts';
export * from './random.ts';
export * from './real-data.ts';
export * from './recall.ts';
export * from './simulated-disk.ts';
export * from './spoil.ts';
