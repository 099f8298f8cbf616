/**
 * The table of bad inputs: data for a suite that tries each one and checks the error and that
 * nothing changed. The decisions about doubtful cases are at the top of the file of each group.
 */
import { CALL_INPUTS } from './bad-inputs/calls.ts';
import { FILE_INPUTS } from './bad-inputs/files.ts';
import { OPTION_INPUTS } from './bad-inputs/options.ts';
import type { BadInput } from './bad-inputs/target.ts';
import { VECTOR_INPUTS } from './bad-inputs/vectors.ts';
import { WRITE_INPUTS } from './bad-inputs/writes.ts';

export {
  BAD_INPUT_DIMENSION,
  type BadInput,
  type BadInputTarget,
  type IndexClassLike,
  type IndexLike,
} from './bad-inputs/target.ts';

/** Every bad input, each with a name of its own. */
export const BAD_INPUTS: readonly BadInput[] = [
  ...OPTION_INPUTS,
  ...VECTOR_INPUTS,
  ...CALL_INPUTS,
  ...WRITE_INPUTS,
  ...FILE_INPUTS,
];
