// The seed of every property, so that a run can be repeated: 1, or what NIGH_SEED says. A property
// that fails prints it.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.NIGH_SEED ?? 1) });
