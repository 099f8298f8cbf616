// How attached indexes hear that the owner's list of segments has changed. The owner posts the new
// list on a channel, and two words of the control block say when: one is stored before the message
// and one after it. So whoever reads the second finds the message there, at once and without a turn
// of the event loop, and whoever opens the channel late reads in the first that something is
// missing.

import { type Channel, openChannel } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { LIST_CHANGING, LIST_VERSION } from '../memory/control-words.ts';
import type { SegmentHandle } from './segment.ts';

/** A list by its number: what is posted. */
interface ListChange {
  readonly version: number;
  readonly segments: readonly SegmentHandle[];
}

/** Where to hear of a list, and how far whoever has this has heard. Structured-cloneable. */
export interface ListOrigin {
  /** The control block of the index. */
  readonly control: Int32Array;
  /** The name of the channel. */
  readonly channel: string;
  /** How often the list of segments has changed. */
  readonly version: number;
  /** Of a list that never changes: what the number of the next node was. */
  readonly frozenNext?: number;
}

export class ListChanges {
  readonly control: Int32Array;
  readonly #name: string;
  #version: number;
  #channel: Channel | undefined;
  #closed = false;

  constructor({ control, channel, version }: ListOrigin) {
    this.control = control;
    this.#name = channel;
    this.#version = version;
  }

  /** What another thread needs to hear of the changes from here on. */
  share(): ListOrigin {
    if (!this.#closed) this.#channel ??= openChannel(this.#name);
    return this.origin();
  }

  /** The same for somebody who does not hear of any. */
  origin(): ListOrigin {
    return { control: this.control, channel: this.#name, version: this.#version };
  }

  /** Tells everybody that these are the segments now. The owner's alone. */
  tell(segments: readonly SegmentHandle[]): void {
    this.#version++;
    const change: ListChange = { version: this.#version, segments };
    Atomics.store(this.control, LIST_CHANGING, this.#version);
    this.#channel?.post(change);
    Atomics.store(this.control, LIST_VERSION, this.#version);
  }

  /**
   * Hears every change from now on: in turns of the event loop, which call `onChange`, or when
   * asked for the newest.
   *
   * @throws {VectorIndexError} SHARE_OUTDATED when there was a change before
   */
  follow(onChange: (segments: readonly SegmentHandle[]) => void): void {
    this.#channel = openChannel(this.#name, (message) => {
      const segments = this.#newerOf([message]);
      if (segments) onChange(segments);
    });
    const version = Atomics.load(this.control, LIST_CHANGING);
    if (version === this.#version) return;
    this.close();
    throw new VectorIndexError(
      ErrorCode.shareOutdated,
      'the index has other memory by now; call share() again',
      { expected: version, got: this.#version },
    );
  }

  /** The list as it is now, when there was a change that was not heard yet. */
  newest(): readonly SegmentHandle[] | undefined {
    if (this.#closed || Atomics.load(this.control, LIST_VERSION) <= this.#version) return undefined;
    return this.#newerOf(this.#channel?.receive() ?? []);
  }

  /** Neither tells nor hears any more. */
  close(): void {
    this.#closed = true;
    this.#channel?.close();
    this.#channel = undefined;
  }

  #newerOf(messages: readonly unknown[]): readonly SegmentHandle[] | undefined {
    let segments: readonly SegmentHandle[] | undefined;
    for (const change of messages as readonly ListChange[]) {
      if (change.version <= this.#version) continue;
      this.#version = change.version;
      segments = change.segments;
    }
    return segments;
  }
}
