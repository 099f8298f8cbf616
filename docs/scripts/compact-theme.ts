// How the pages of the API reference look: the signature with its types, what it says, and below it
// only those parameters and results that lead to a page or have something to say; properties as a
// table of three columns; an index of all names.
import {
  type Comment,
  type DeclarationReflection,
  ProjectReflection,
  type SignatureReflection,
  type SomeType,
} from 'typedoc';
import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown';

type Page = MarkdownThemeContext['page'];

/** What is passed along with a signature; the plugin has more, which is not used here. */
interface Place {
  readonly hideTitle?: boolean;
  readonly multipleSignatures?: boolean;
  readonly accessor?: string;
}

/** A signature that is longer has a line for each parameter. */
const LONGEST_LINE = 96;
/** What stands before and behind the parameters of a signature, at most as a rule. */
const AROUND_PARAMETERS = 36;

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();
const leadsSomewhere = (text: string): boolean => text.includes('](');

class CompactContext extends MarkdownThemeContext {
  constructor(theme: MarkdownTheme, page: Page) {
    super(theme, page, theme.application.options);
    const { body } = this.partials;
    this.partials = {
      ...this.partials,
      body: (model, options) =>
        model instanceof ProjectReflection ? this.#index(model) : body(model, options),
      signature: (model, options) => this.#signature(model, options as Place),
      signatureParameters: (parameters) => this.#signatureParameters(parameters),
      accessor: ({ getSignature }) =>
        getSignature === undefined ? '' : this.#signature(getSignature, { accessor: 'get' }),
      propertiesTable: (properties) => this.#properties(properties),
      typeDeclarationTable: (properties) => this.#properties(properties),
      unionType: ({ types }) => types.map((type) => this.#type(type)).join(' \\| '),
      // What a class inherits from Error is no business of these pages.
      hierarchy: () => '',
      inheritance: () => '',
    };
  }

  #type(type: SomeType | undefined): string {
    if (type === undefined) return '';
    const text = oneLine(this.partials.someType(type, { forceCollapse: true }));
    return text.startsWith('(') || !text.includes('=>') ? text : `(${text})`;
  }

  #text(comment: Comment | undefined): string {
    return comment === undefined ? '' : oneLine(this.helpers.getCommentParts(comment.summary));
  }

  /** Every package with what it exports. */
  #index({ children = [] }: ProjectReflection): string {
    const sections = children.map((module) => {
      const link = `[\`${module.name}\`](${this.urlTo(module)})`;
      const groups = (module.groups ?? []).map(({ title, children: members }) => {
        const names = members.map((member) => `[\`${member.name}\`](${this.urlTo(member)})`);
        return `- ${title}: ${names.join(', ')}`;
      });
      return [`## ${module.name}`, `${link}: ${this.#text(module.comment)}`, groups.join('\n')];
    });
    return sections.flat().join('\n\n');
  }

  #signatureParameters(parameters: SignatureReflection['parameters'] = []): string {
    const written = parameters.map(({ name, type, flags, defaultValue }) => {
      const optional = flags.isOptional || defaultValue !== undefined ? '?' : '';
      return `${flags.isRest ? '...' : ''}${name}${optional}: ${this.#type(type)}`;
    });
    const plain = written.join(', ').replace(/\]\([^)]*\)|[`[\\]/g, '');
    if (plain.length < LONGEST_LINE - AROUND_PARAMETERS) return `(${written.join(', ')})`;
    return `(\n${written.map((line) => `  ${line},\n`).join('')})`;
  }

  /** One line for each parameter of a type that has a page, or with something to say. */
  #parameters({ parameters = [] }: SignatureReflection): string[] {
    return parameters.flatMap(({ name, type, comment }) => {
      const [typed, said] = [this.#type(type), this.#text(comment)];
      if (said === '') return leadsSomewhere(typed) ? [`- \`${name}\`: ${typed}`] : [];
      return [`- \`${name}\`${leadsSomewhere(typed) ? ` (${typed})` : ''}: ${said}`];
    });
  }

  #returns({ type, comment }: SignatureReflection): string[] {
    const content = comment?.getTag('@returns')?.content;
    const typed = this.#type(type);
    if (content !== undefined) {
      return [`- returns ${oneLine(this.helpers.getCommentParts(content))}`];
    }
    return leadsSomewhere(typed) ? [`- returns ${typed}`] : [];
  }

  #throws({ comment }: SignatureReflection): string[] {
    return (comment?.getTags('@throws') ?? []).map(({ typeAnnotation, content }) => {
      const said = oneLine(this.helpers.getCommentParts(content));
      if (typeAnnotation === undefined) return `- throws ${said}`;
      return `- throws \`${typeAnnotation.replace(/[{}]/g, '')}\`: ${said}`;
    });
  }

  #signature(model: SignatureReflection, { hideTitle, multipleSignatures, accessor }: Place) {
    const comment = multipleSignatures ? model.comment : (model.comment ?? model.parent?.comment);
    const title = accessor === undefined ? undefined : { accessor };
    const lines = [...this.#parameters(model), ...this.#returns(model), ...this.#throws(model)];
    return [
      hideTitle ? '' : this.partials.signatureTitle(model, title),
      comment === undefined ? '' : this.helpers.getCommentParts(comment.summary),
      lines.join('\n'),
    ].join('\n\n');
  }

  #properties(properties: readonly DeclarationReflection[]): string {
    const rows = this.helpers.getFlattenedDeclarations([...properties]).map((property) => {
      const { name, flags, signatures, comment } = property;
      const type =
        signatures === undefined
          ? this.#type(this.helpers.getDeclarationType(property) as SomeType)
          : oneLine(this.partials.functionType(signatures));
      const said = this.#text(comment ?? signatures?.[0]?.comment);
      const optional = flags.isOptional ? '?' : '';
      return `| \`${name}${optional}\` | ${type} | ${said.replaceAll('|', '\\|')} |`;
    });
    return ['| property | type | meaning |', '|---|---|---|', ...rows].join('\n');
  }
}

export class CompactTheme extends MarkdownTheme {
  override getRenderContext(page: Page): MarkdownThemeContext {
    return new CompactContext(this, page);
  }
}
