// What images hold, as text: equal for equal bytes, whatever memory is behind them.
import type { Image } from '@nigh/base';

export function bytesOf(images: Readonly<Record<string, Image>>): string {
  return JSON.stringify(
    Object.entries(images).map(([name, { header, arrays }]) => [
      name,
      header,
      Object.entries(arrays).map(([key, array]) => [key, Array.from(array)]),
    ]),
  );
}
