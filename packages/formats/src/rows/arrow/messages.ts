// The messages of an Arrow file. A "file" of Arrow is its stream with a magic word and a list of
// places around it, so both are read as a stream, header by header: the rows are counted, and a
// file that was cut short is noticed before the first of them.
//
//   | ARROW1 0 0 | message | message | ... | 0 | footer | footer length i32 | ARROW1 |
//   message:  | -1 i32 | header length i32 | header | body |

import { FormatError, FormatErrorCode } from '../../errors.ts';
import type { OpenedFile } from '../../opened-file.ts';
import { readExactly } from '../../positioned-read.ts';
import { damaged, guarded } from '../flaw.ts';
import { FlatBuffer } from './flatbuffer.ts';
import { type MessageHeader, readHeader } from './metadata.ts';
import { type Field, readSchema } from './schema.ts';

const MAGIC = 'ARROW1';
const OLD_MAGIC = 'FEA1';
const HEAD_BYTES = 8;
const TAIL_BYTES: number = 4 + MAGIC.length;
/** Read at once: the header of most messages. */
const GUESS_BYTES = 4096;
/** More than any header has: what is larger is not one. */
const MAX_HEADER_BYTES: number = 64 * 2 ** 20;
/** A message is read whole: what is larger would not fit beside other things. */
const MAX_BODY_BYTES: number = 2 ** 30;

/** Where a message lies. */
export interface Message {
  readonly offset: number;
  /** Bytes before the header: of its length. */
  readonly prefixLength: number;
  readonly headerLength: number;
  readonly header: MessageHeader;
}

export interface ArrowMessages {
  readonly fields: readonly Field[];
  /** With a footer, in which dictionaries may come after the rows that need them. */
  readonly isFile: boolean;
  readonly messages: readonly Message[];
}

/** @throws FormatError when the messages do not fill the file. */
export async function listMessages(file: OpenedFile): Promise<ArrowMessages> {
  const { isFile, start, end } = await findStream(file);
  const messages: Message[] = [];
  let offset = start;
  while (offset < end) {
    const message = await readMessage(file, offset, end);
    if (message === undefined) break;
    messages.push(message);
    offset = endOf(message);
  }
  const header = messages[0]?.header;
  if (header?.kind === 'schema') return { isFile, fields: header.fields, messages };
  if (isFile) return { isFile, fields: await readFooter(file, end), messages };
  throw cut(file, start, 'there is no schema');
}

async function findStream(
  file: OpenedFile,
): Promise<{ isFile: boolean; start: number; end: number }> {
  const { byteLength } = file;
  if (byteLength < HEAD_BYTES) throw cut(file, byteLength, 'the file is too short');
  const head = await readText(file, 0, HEAD_BYTES);
  if (head.startsWith(OLD_MAGIC)) {
    throw new FormatError({
      code: FormatErrorCode.formatUnsupported,
      path: file.path,
      problem: 'this is the first version of Feather: write it anew as Arrow IPC',
      offset: 0,
    });
  }
  if (!head.startsWith(MAGIC)) return { isFile: false, start: 0, end: byteLength };
  const tail = byteLength < HEAD_BYTES + TAIL_BYTES ? '' : await readText(file, -6, 6);
  if (tail !== MAGIC) throw cut(file, byteLength, 'the file is cut short');
  const length = new DataView(new ArrayBuffer(4));
  await readExactly(file, new Uint8Array(length.buffer), byteLength - TAIL_BYTES);
  const end = byteLength - TAIL_BYTES - length.getInt32(0, true);
  if (end < HEAD_BYTES || end > byteLength - TAIL_BYTES) {
    throw cut(file, byteLength - TAIL_BYTES, 'the footer has an impossible length');
  }
  return { isFile: true, start: HEAD_BYTES, end };
}

/** The columns as the footer has them: some writers give them there only. */
async function readFooter(file: OpenedFile, offset: number): Promise<readonly Field[]> {
  const length = file.byteLength - TAIL_BYTES - offset;
  if (length > MAX_HEADER_BYTES) throw cut(file, offset, 'the footer has an impossible length');
  const bytes = new Uint8Array(length);
  await readExactly(file, bytes, offset);
  return guarded({ path: file.path, offset }, 'the footer', () => {
    const schema = new FlatBuffer(bytes).root().table(1);
    if (schema === undefined) throw damaged('there is no schema');
    return readSchema(schema);
  });
}

async function readText(file: OpenedFile, offset: number, length: number): Promise<string> {
  const bytes = Buffer.alloc(length);
  await readExactly(file, bytes, offset < 0 ? file.byteLength + offset : offset);
  return bytes.toString('latin1');
}

/** The message at `offset`; undefined where the stream says that it ends. */
async function readMessage(
  file: OpenedFile,
  offset: number,
  end: number,
): Promise<Message | undefined> {
  const place = { path: file.path, offset };
  const start = Buffer.alloc(Math.min(GUESS_BYTES, end - offset));
  await readExactly(file, start, offset);
  const { prefixLength, headerLength } = guarded(place, 'a message', () => readPrefix(start));
  if (headerLength === 0) return undefined;
  const headerEnd = prefixLength + headerLength;
  if (headerLength < 0 || headerLength > MAX_HEADER_BYTES || offset + headerEnd > end) {
    throw cut(file, offset, `a message says that its header has ${headerLength} bytes`);
  }
  let bytes: Uint8Array = start.subarray(prefixLength, headerEnd);
  if (headerEnd > start.length) {
    bytes = new Uint8Array(headerLength);
    await readExactly(file, bytes, offset + prefixLength);
  }
  const header = guarded(place, 'the header of a message', () => readHeader(bytes));
  const message = { offset, prefixLength, headerLength, header };
  if (endOf(message) > end) throw cut(file, offset, 'the file is cut short in a message');
  return message;
}

function readPrefix(bytes: Buffer): { prefixLength: number; headerLength: number } {
  const first = bytes.readInt32LE(0);
  // Before 2019 there was no -1 in front.
  if (first !== -1) return { prefixLength: 4, headerLength: first };
  return { prefixLength: 8, headerLength: bytes.readInt32LE(4) };
}

function endOf({ offset, prefixLength, headerLength, header }: Message): number {
  return offset + prefixLength + headerLength + header.bodyLength;
}

/** The body of a message, in memory of its own. */
export async function readBody(file: OpenedFile, message: Message): Promise<Uint8Array> {
  const { bodyLength } = message.header;
  const place = { path: file.path, offset: message.offset };
  if (bodyLength > MAX_BODY_BYTES) {
    const problem = 'a message has more than 1 GiB: write the file in smaller batches';
    throw new FormatError({ ...place, code: FormatErrorCode.formatUnsupported, problem });
  }
  const body = new Uint8Array(bodyLength);
  await readExactly(file, body, endOf(message) - bodyLength);
  return body;
}

function cut(file: OpenedFile, offset: number, problem: string): FormatError {
  const place = { path: file.path, offset };
  return new FormatError({ ...place, code: FormatErrorCode.formatDamaged, problem });
}
