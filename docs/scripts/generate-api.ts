// Writes the API reference: a page for each package, made of the sources and their comments, and an
// index. The same sources give the same bytes: no dates, no versions, no paths.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Application,
  Comment,
  type Context,
  Converter,
  type DeclarationReflection,
  LiteralType,
  Logger,
  LogLevel,
  type ProjectReflection,
  ReferenceType,
  type ReflectionGroup,
  TSConfigReader,
  type TypeDocOptions,
  TypeScript as ts,
  UnionType,
} from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { CompactTheme } from './compact-theme.ts';

/** In the order in which names find their page: what is exported again stands where it is from. */
const PACKAGES = ['base', 'core', 'filter', 'text', 'storage', 'formats', 'collection'];

/** Codes stand in the design page on errors; what an error is called needs no comment. */
const SAID_ELSEWHERE =
  /^\S+(?:\.__type\.\S+|Error\.name) \(Property\).*not have any documentation$/;

/** Named by what is exported, and handed on without being looked into, or told in words there. */
const OPAQUE =
  /^(?:TypedVectors|ResolvedOptions|SegmentHandle|Arrays|codes|Leaf|All|None|And|Or|Not), defined in /;

/** Keeps what typedoc complains about. */
class Complaints extends Logger {
  readonly lines: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level < LogLevel.Warn || this.lines.includes(message)) return;
    if (!SAID_ELSEWHERE.test(message) && !OPAQUE.test(message)) this.lines.push(message);
  }
}

function optionsOf(root: string, out: string): Partial<TypeDocOptions & PluginOptions> {
  const table = 'table';
  return {
    name: 'API reference',
    plugin: ['typedoc-plugin-markdown'],
    tsconfig: join(root, 'docs/scripts/tsconfig.json'),
    basePath: join(root, 'packages'),
    logLevel: 'Error',
    entryPoints: PACKAGES.map((name) => join(root, 'packages', name, 'src/index.ts')),
    out,
    router: 'module',
    theme: 'compact',
    // The compiler has checked the sources already.
    skipErrorChecking: true,
    readme: 'none',
    excludePrivate: true,
    excludeProtected: true,
    excludeExternals: true,
    disableSources: true,
    disableGit: true,
    hideGenerator: true,
    includeVersion: false,
    sort: ['static-first', 'source-order'],
    preservedTypeAnnotationTags: ['@throws'],
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    packagesRequiringDocumentation: PACKAGES.map((name) => `@nigh/${name}`),
    // Of the options of the plugin.
    excludeScopesInPaths: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    useHTMLAnchors: true,
    expandParameters: true,
    interfacePropertiesFormat: table,
    classPropertiesFormat: table,
    typeAliasPropertiesFormat: table,
    propertyMembersFormat: table,
    typeDeclarationFormat: table,
    parametersFormat: 'none',
  };
}

interface Manifest {
  readonly name: string;
  readonly description: string;
}

/** Modules bear the names of their packages, and what they export is in alphabetical order. */
function nameModules(root: string, project: ProjectReflection): void {
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  for (const module of project.children ?? []) {
    const folder = join(root, 'packages', module.name.split('/')[0] ?? '');
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    module.name = manifest.name;
    module.comment = new Comment([{ kind: 'text', text: `${manifest.description}.` }]);
    for (const group of module.groups ?? []) (group as ReflectionGroup).children.sort(byName);
  }
  (project.children as DeclarationReflection[]).sort(byName);
}

/** The values of a type that is made of an array: `'l2' | 'cosine'`, not `typeof METRICS`. */
function choicesOf(context: Context, reflection: DeclarationReflection): UnionType | undefined {
  const { checker } = context;
  const alias = context.getSymbolFromReflection(reflection)?.declarations?.[0];
  if (!alias || !ts.isTypeAliasDeclaration(alias)) return undefined;
  if (!ts.isIndexedAccessTypeNode(alias.type)) return undefined;
  const list = checker.getTypeAtLocation(alias.type.objectType);
  if (!checker.isTupleType(list)) return undefined;
  const parts = checker.getTypeArguments(list as ts.TypeReference);
  return new UnionType(parts.map((part) => new LiteralType((part as ts.StringLiteralType).value)));
}

/** Exports that say what they extend says: typedoc takes its comment where there is none. */
function withoutComment({ children = [] }: ProjectReflection): string[] {
  const exports = children.flatMap((module) => module.children ?? []);
  const bare = exports.filter(({ comment, extendedTypes = [] }) => {
    const said = Comment.combineDisplayParts(comment?.summary);
    return extendedTypes.some((type) => {
      const parent = type instanceof ReferenceType ? type.reflection : undefined;
      return parent?.comment && Comment.combineDisplayParts(parent.comment.summary) === said;
    });
  });
  return bare.map((reflection) => reflection.getFullName());
}

/** Writes the pages into `out`, which is emptied first. What is wrong with the comments. */
export async function generateApi(root: string, out: string): Promise<readonly string[]> {
  const app = await Application.bootstrapWithPlugins(optionsOf(root, out), [new TSConfigReader()]);
  const complaints = new Complaints();
  app.logger = complaints;
  app.renderer.defineTheme('compact', CompactTheme);
  const choices = new Map<DeclarationReflection, UnionType>();
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const choice = choicesOf(context, reflection);
    if (choice !== undefined) choices.set(reflection, choice);
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc made nothing of the sources');
  for (const [reflection, choice] of choices) reflection.type = choice;
  nameModules(root, project);
  // References to what is not exported are looked for in one package at a time.
  for (const name of PACKAGES) {
    project.packageName = `@nigh/${name}`;
    app.validate(project);
  }
  for (const name of withoutComment(project)) complaints.lines.push(`${name} has no comment`);
  await app.generateOutputs(project);
  return complaints.lines;
}
