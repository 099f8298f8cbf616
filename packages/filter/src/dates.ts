// Points in time from Date objects and from ISO 8601 text, as milliseconds since 1970 (UTC).
// Written out instead of Date.parse, which takes February 30th and guesses at what is not ISO
// 8601.

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** The farthest a Date goes, in both directions. */
const MAX_TIME = 8.64e15;

const ZERO = 48;
const COLON = 58;
const DASH = 45;
const DOT = 46;
const PLUS = 43;
const LETTER_T = 84;
const LETTER_Z = 90;

/** `count` decimal digits from `at` on; NaN where there is something else. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - ZERO; // NaN beyond the end
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = 10 * value + digit;
  }
  return value;
}

/** Digits up to `max`; NaN beyond it. */
function part(text: string, at: number, max: number): number {
  const value = digits(text, at, 2);
  return value <= max ? value : Number.NaN;
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days from 1970-01-01 in the proleptic Gregorian calendar; years begin in March, so leap days
 * end them.
 */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** Milliseconds of a fraction of a second: three digits count, more are cut off. */
function milliseconds(text: string, at: number, end: number): number {
  if (end === at || Number.isNaN(digits(text, at, end - at))) return Number.NaN;
  const known = Math.min(3, end - at);
  return digits(text, at, known) * 10 ** (3 - known);
}

/** What is to be subtracted for a time zone that ends the text: `Z`, `+hh:mm` or `-hh:mm`. */
function zone(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  if (sign === LETTER_Z) return text.length === at + 1 ? 0 : Number.NaN;
  const isOffset = sign === PLUS || sign === DASH;
  if (!isOffset || text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON) return Number.NaN;
  const offset = part(text, at + 1, 23) * HOUR + part(text, at + 4, 59) * MINUTE;
  return sign === DASH ? -offset : offset;
}

/** Where the time zone begins: at the first of Z, + and - from `at` on. */
function zoneStart(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === LETTER_Z || unit === PLUS || unit === DASH) return i;
  }
  return -1;
}

/** The time of `Thh:mm`, seconds and fraction where given, and the zone. */
function timeOfDay(text: string, at: number): number {
  const end = zoneStart(text, at);
  if (end < 0 || text.charCodeAt(at) !== LETTER_T || text.charCodeAt(at + 3) !== COLON) {
    return Number.NaN;
  }
  let time = part(text, at + 1, 24) * HOUR + part(text, at + 4, 59) * MINUTE;
  if (end !== at + 6) {
    if (text.charCodeAt(at + 6) !== COLON || end < at + 9) return Number.NaN;
    time += part(text, at + 7, 59) * 1000;
    if (end !== at + 9) {
      if (text.charCodeAt(at + 9) !== DOT) return Number.NaN;
      time += milliseconds(text, at + 10, end);
    }
  }
  return time <= DAY ? time - zone(text, end) : Number.NaN; // 24:00 ends a day
}

/**
 * Milliseconds since 1970 of ISO 8601 text: `2020-01-31` (midnight, UTC) or a date and time with a
 * time zone, `2020-01-31T12:30Z`, `2020-01-31T12:30:15.250+02:00`; years of four digits, or of six
 * with a sign. NaN for everything else.
 */
export function timeOfText(text: string): number {
  const first = text.charCodeAt(0);
  const isSigned = first === PLUS || first === DASH;
  const at = isSigned ? 7 : 4;
  const size = isSigned ? digits(text, 1, 6) : digits(text, 0, 4);
  const year = first === DASH ? -size : size;
  if (text.charCodeAt(at) !== DASH || text.charCodeAt(at + 3) !== DASH || Object.is(year, -0)) {
    return Number.NaN;
  }
  const month = part(text, at + 1, 12);
  const day = digits(text, at + 4, 2);
  if (!(month >= 1 && day >= 1 && day <= daysOfMonth(year, month))) return Number.NaN;
  const midnight = daysOf(year, month, day) * DAY;
  const time = text.length === at + 6 ? midnight : midnight + timeOfDay(text, at + 6);
  return Math.abs(time) <= MAX_TIME ? time : Number.NaN;
}

const { getTime } = Date.prototype;

/** Milliseconds since 1970 of a Date or of ISO 8601 text; NaN for everything else. */
export function timeOf(value: unknown): number {
  if (typeof value === 'string') return timeOfText(value);
  if (typeof value !== 'object' || value === null) return Number.NaN;
  try {
    return getTime.call(value as Date); // its own slot: a class of the caller's is not asked
  } catch {
    return Number.NaN;
  }
}
