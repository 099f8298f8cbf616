// What a filter means, as naively as possible: one plain object at a time.

type Row = Readonly<Record<string, unknown>>;
type Value = number | string | boolean;

/** Dates and their text as milliseconds; everything else as it is. */
function plain(value: unknown, type: string): Value {
  if (!type.startsWith('date')) return value as Value;
  return value instanceof Date ? value.getTime() : Date.parse(value as string);
}

function compare(operator: string, a: Value, b: Value): boolean {
  if (operator === '$gt') return a > b;
  if (operator === '$gte') return a >= b;
  if (operator === '$lt') return a < b;
  return a <= b;
}

function meets(value: unknown, type: string, [operator, operand]: [string, unknown]): boolean {
  const isMissing = value === undefined || value === null;
  const list = isMissing ? [] : Array.isArray(value) ? value : [value];
  const values = list.map((each) => plain(each, type));
  const equals = (other: unknown): boolean =>
    other === null ? isMissing : values.some((each) => each === plain(other, type));
  switch (operator) {
    case '$eq':
      return equals(operand);
    case '$ne':
      return !equals(operand);
    case '$in':
      return (operand as unknown[]).some(equals);
    case '$nin':
      return !(operand as unknown[]).some(equals);
    case '$exists':
      return operand !== isMissing;
    case '$not':
      return !meetsAll(value, type, operand as object);
    default:
      return values.some((each) => compare(operator, each, plain(operand, type)));
  }
}

function meetsAll(value: unknown, type: string, operators: object): boolean {
  return Object.entries(operators).every((entry) => meets(value, type, entry));
}

function isOperators(condition: unknown): condition is object {
  return typeof condition === 'object' && condition !== null && !(condition instanceof Date);
}

/** Whether a row is accepted by a filter in object form. */
export function accepts(
  filter: object,
  row: Row,
  fields: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (name === '$and') return (condition as object[]).every((part) => accepts(part, row, fields));
    if (name === '$or') return (condition as object[]).some((part) => accepts(part, row, fields));
    if (name === '$not') return !accepts(condition as object, row, fields);
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    const operators = isOperators(condition) ? condition : { $eq: condition };
    return meetsAll(value, fields[name] as string, operators);
  });
}
