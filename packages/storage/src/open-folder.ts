// Reading the folder of a store at opening: alone, or beside a writer that may switch the manifest
// at any moment.

import type { FileSystem } from './file-system.ts';
import { HeldFiles } from './held-files.ts';
import { isSameManifest, type Manifest, readManifest } from './manifest.ts';
import { logName } from './names.ts';
import { SnapshotReader } from './snapshot-files.ts';
import { type FolderContents, readFolder } from './store-folder.ts';

/** Rounds in which a writer has switched the manifest while we read. */
const MAX_ROUNDS = 20;

/** What is in the folder of a store whose snapshot was held against the manifest. */
export async function openFolder(files: FileSystem, folder: string): Promise<FolderContents> {
  const contents = await readFolder(files, folder);
  const { snapshot } = contents.manifest ?? {};
  if (snapshot !== undefined) await new SnapshotReader(files, folder, snapshot).check();
  return contents;
}

/**
 * The same without a lock: the files of the manifest are held open, and when it was switched
 * before all were, they are those of the next.
 */
export async function openBeside(
  below: FileSystem,
  folder: string,
): Promise<{ readonly contents: FolderContents; readonly held: HeldFiles }> {
  for (let round = 1; ; round++) {
    const held = new HeldFiles(below);
    let manifest: Manifest | undefined;
    try {
      manifest = await readManifest(below, folder);
      const first = manifest?.log.number ?? 0;
      const { logs } = await readFolder(below, folder);
      await held.hold(logs.filter((log) => log >= first).map((log) => `${folder}/${logName(log)}`));
      const reader = manifest?.snapshot && new SnapshotReader(below, folder, manifest.snapshot);
      await held.hold(reader?.names.map((name) => reader.path(name)) ?? []);
      const contents = await openFolder(held.files, folder);
      if (isSameManifest(contents.manifest, manifest)) return { contents, held };
      if (round === MAX_ROUNDS) return { contents, held };
    } catch (error) {
      await held.letGo();
      const now = await readManifest(below, folder).catch(() => undefined);
      if (round === MAX_ROUNDS || isSameManifest(now, manifest)) throw error;
      continue;
    }
    await held.letGo();
  }
}
