// Properties of objects whose names come from somebody else: what every object inherits is not
// theirs, and `__proto__` is a name like any other.

const WRITABLE = { writable: true, enumerable: true, configurable: true };

/** The value of an object's own property; undefined where it has none of that name. */
export function ownValue<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Sets an own property, whatever its name: assigning `__proto__` would set the prototype. */
export function setOwn<T>(object: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, ...WRITABLE });
}
