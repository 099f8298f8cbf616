// A worker of a page: attaches the index that it is posted, and answers with what it finds.

import { type SharedIndex, VectorIndex } from '@nigh/core';
import { answers } from './probe.ts';

globalThis.onmessage = async ({ data }: MessageEvent<SharedIndex>) => {
  const index = VectorIndex.attach(data);
  const found = answers(index);
  await index.close();
  globalThis.postMessage(found);
};
