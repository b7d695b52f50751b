import { inflateRawSync } from 'node:zlib';
import { isNoValue } from './placeholder.ts';
import { RARITY_TABLE } from './rarity-table.ts';

/** The edge of a word, then a to z. */
const SYMBOLS = 27;
const STEP_BITS = 0.6;

/** No longer part of a secret is looked at: more tells nothing new. */
const LOOKED_AT = 256;

/** What a character costs that goes on with a run, a count or a walk over the keyboard. */
const FORESEEN_BITS = 0.5;
const DIGIT_BITS = Math.log2(10);

/** A symbol between words, as in names; any other symbol. */
const JOINT_BITS = 1.5;
const SYMBOL_BITS = 4.5;

/** What it costs that the kind of character changes where names do not change it. */
const SWITCH_BITS = 1.2;

/** Bits a character of plain words has, and of what a machine drew. */
const WORDY = 2.8;
const DRAWN = 5.2;

/** Bits from which more do not make a value more of a secret. */
const ENOUGH_BITS = 72;

/** What such a value has at least. */
const DECORATED = 0.12;

const KEYBOARD = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890'];

let unpacked: Uint8Array | undefined;

/**
 * How unlike words, identifiers and placeholders a value is: 0 for what is no value at all (a
 * reference, a placeholder, names of things), below 0.2 for a word or two, about 0.3 for a password people make
 * up, above 0.5 for what a machine drew, 1 at most. Linear in the value, of which 256 characters count.
 */
export function rarityOf(secret: string): number {
  const value = secret.slice(0, LOOKED_AT);
  if (value.length === 0 || isNoValue(value)) return 0;
  const inside = decoded(value);
  if (inside !== undefined && isNoValue(inside)) return 0;
  const bits = surpriseOf(value);
  const perCharacter = (bits / value.length - WORDY) / (DRAWN - WORDY);
  const drawn = Math.min(1, Math.max(0.05, perCharacter));
  const enough = Math.min(1, bits / ENOUGH_BITS);
  return Math.max(drawn * Math.sqrt(enough), isDecorated(value) ? DECORATED : 0);
}

/** A word with digits or signs behind it: weak, and yet chosen by somebody. */
function isDecorated(value: string): boolean {
  return (
    /^[\x21-\x7e]{6,20}$/.test(value) &&
    /[A-Za-z]{3}.*(?:\d{3}|\d[!#$%&*+?@^~]|[!#$%&*+?@^~]$)/.test(value)
  );
}

/** The text, or the password behind a user, that a value is the base64 of. */
function decoded(value: string): string | undefined {
  if (value.length < 8 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  const text = Buffer.from(value, 'base64').toString('latin1').trim();
  const secret = text.replace(/^[^\s:{"]{1,64}:/, '');
  return /^[\x20-\x7e]{3,}$/.test(secret) ? secret : undefined;
}

/** Bits a model of words and names needs for the value. */
function surpriseOf(value: string): number {
  let bits = 0;
  let context = 0;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    const kind = kindOf(code);
    const before = at === 0 ? 'start' : kindOf(value.charCodeAt(at - 1));
    if (isLetter(kind)) {
      if (startsWord(before, kind)) context = 0;
      const symbol = (code | 0x20) - 96;
      const letter = stepsOf(context * SYMBOLS + symbol) * STEP_BITS;
      bits += isForeseen(value, at) ? FORESEEN_BITS : letter;
      context = (context % SYMBOLS) * SYMBOLS + symbol;
    } else {
      if (isLetter(before)) bits += stepsOf(context * SYMBOLS) * STEP_BITS * 0.5;
      bits += isForeseen(value, at) ? FORESEEN_BITS : bitsOf(kind);
      context = 0;
    }
    bits += switchBits(before, kind);
  }
  return bits;
}

type Kind = 'lower' | 'upper' | 'digit' | 'joint' | 'symbol';

function kindOf(code: number): Kind {
  if (code >= 0x61 && code <= 0x7a) return 'lower';
  if (code >= 0x41 && code <= 0x5a) return 'upper';
  if (code >= 0x30 && code <= 0x39) return 'digit';
  const isJoint = code === 0x2d || code === 0x5f || code === 0x2e || code === 0x20;
  return isJoint || code === 0x2f || code === 0x3a ? 'joint' : 'symbol';
}

function isLetter(kind: Kind | 'start'): boolean {
  return kind === 'lower' || kind === 'upper';
}

/** Does a letter of this kind begin a word of a camel-cased name, or any word? */
function startsWord(before: Kind | 'start', kind: Kind): boolean {
  return !isLetter(before) || (kind === 'upper' && before === 'lower');
}

function bitsOf(kind: Kind): number {
  if (kind === 'digit') return DIGIT_BITS;
  return kind === 'joint' ? JOINT_BITS : SYMBOL_BITS;
}

/** Names change kind at joints, from upper to lower, and once to digits; secrets change it anywhere. */
function switchBits(before: Kind | 'start', kind: Kind): number {
  if (before === 'start' || before === kind || before === 'joint' || kind === 'joint') return 0;
  return before === 'upper' && kind === 'lower' ? 0 : SWITCH_BITS;
}

/** Does it repeat the last step (`aaa`, `abc`, `321`), or walk on along a row of keys? */
function isForeseen(value: string, at: number): boolean {
  if (at < 2) return false;
  const [first, second, third] = [at - 2, at - 1, at].map((i) => value.charCodeAt(i) | 0x20);
  if (first === undefined || second === undefined || third === undefined) return false;
  const step = third - second;
  if (step === second - first && Math.abs(step) <= 1) return true;
  const walk = String.fromCharCode(first, second, third);
  return KEYBOARD.some((row) => row.includes(walk));
}

function stepsOf(at: number): number {
  unpacked ??= inflateRawSync(Buffer.from(RARITY_TABLE, 'base64'));
  return ((unpacked[at >> 1] ?? 0) >> ((at & 1) * 4)) & 15;
}
