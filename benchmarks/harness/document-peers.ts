/** The peers that keep documents, and those that search texts, by name. */
import type { DocumentsAdapter } from '../compare/documents.ts';
import { isInstalled } from '../compare/installed.ts';
import { createLancedbDocuments } from '../compare/peers/lancedb.ts';
import { createMinisearch } from '../compare/peers/minisearch.ts';
import { createNighDocuments, createNighTexts } from '../compare/peers/nigh.ts';
import { createOrama } from '../compare/peers/orama.ts';
import { createZvecDocuments } from '../compare/peers/zvec.ts';
import { loadFrom, type Peers } from '../compare/peers.ts';
import type { TextsAdapter } from '../compare/texts.ts';

const DOCUMENTS = {
  zvec: { from: '@zvec/zvec', create: createZvecDocuments },
  LanceDB: { from: '@lancedb/lancedb', create: createLancedbDocuments },
} as const;

const TEXTS = {
  minisearch: { from: 'minisearch', create: createMinisearch },
  Orama: { from: '@orama/orama', create: createOrama },
} as const;

/** The peers that work. @param required refuse to go on when a package is missing. */
export function loadDocumentPeers(required: boolean): Peers<DocumentsAdapter> {
  return loadFrom<DocumentsAdapter>(required, { sources: DOCUMENTS, isInstalled });
}

/** The same of those that search texts. */
export function loadTextPeers(required: boolean): Peers<TextsAdapter> {
  return loadFrom<TextsAdapter>(required, { sources: TEXTS, isInstalled });
}

/** One by name, ours included. @throws when it is unknown or does not load. */
export function loadDocuments(name: string): DocumentsAdapter {
  if (name === 'nigh') return createNighDocuments();
  const source = DOCUMENTS[name as keyof typeof DOCUMENTS];
  if (source === undefined) throw new Error(`no store of documents is called ${name}`);
  return source.create();
}

/** One by name, ours included. @throws when it is unknown or does not load. */
export function loadTexts(name: string): TextsAdapter {
  if (name === 'nigh') return createNighTexts();
  const source = TEXTS[name as keyof typeof TEXTS];
  if (source === undefined) throw new Error(`no search of texts is called ${name}`);
  return source.create();
}
