// Holds the whole workspace against the tidy rules, one test per rule. That each rule really fails
// on a violation is shown in tidy/rules.test.ts.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { workspaceSources } from './tidy/files.ts';
import { rules } from './tidy/rules.ts';

const sources = workspaceSources(fileURLToPath(new URL('..', import.meta.url)));

describe('the sources of the workspace', () => {
  test('are found', () => {
    expect(sources.length).toBeGreaterThan(0);
  });

  for (const [name, rule] of Object.entries(rules)) {
    test(name, () => {
      const findings = sources.flatMap(rule);
      const listed = findings.map(({ path, line, message }) => `${path}:${line} ${message}`);
      expect(listed).toEqual([]);
    });
  }
});
