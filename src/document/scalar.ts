/** What an unquoted scalar is to kubectl; `unusable` is what JSON or a double cannot carry. */
export type Scalar =
  | Readonly<{ kind: 'null' }>
  | Readonly<{ kind: 'bool'; value: boolean }>
  | Readonly<{ kind: 'int' | 'float'; value: number }>
  | Readonly<{ kind: 'string'; value: string }>
  | Readonly<{ kind: 'unusable'; why: 'not a finite number' | 'an integer beyond 2^53' }>;

const NOT_FINITE: Scalar = { kind: 'unusable', why: 'not a finite number' };
const TOO_LARGE: Scalar = { kind: 'unusable', why: 'an integer beyond 2^53' };

/** The words of go-yaml v2's table; any other spelling is a string. */
const WORDS: ReadonlyMap<string, Scalar> = new Map([
  ...words({ kind: 'null' }, ['', '~', 'null', 'Null', 'NULL']),
  ...words({ kind: 'bool', value: true }, ['true', 'True', 'TRUE', 'y', 'Y', 'yes', 'Yes', 'YES']),
  ...words({ kind: 'bool', value: true }, ['on', 'On', 'ON']),
  ...words({ kind: 'bool', value: false }, ['false', 'False', 'FALSE', 'n', 'N', 'no', 'No', 'NO']),
  ...words({ kind: 'bool', value: false }, ['off', 'Off', 'OFF']),
  ...words(NOT_FINITE, ['.nan', '.NaN', '.NAN', '.inf', '.Inf', '.INF', '+.inf', '+.Inf']),
  ...words(NOT_FINITE, ['+.INF', '-.inf', '-.Inf', '-.INF']),
]);

function words(scalar: Scalar, texts: readonly string[]): [string, Scalar][] {
  return texts.map((text) => [text, scalar]);
}

const INTEGER =
  /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*)|0b([+-][01]+))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const POINT_FIRST = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;

/**
 * Reads an unquoted scalar as kubectl does: go-yaml v2's `resolve`, on its way into JSON.
 * Integers of 2^53 and more, in any notation, are `unusable` because a double would change them.
 */
export function resolveScalar(text: string): Scalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text.charAt(0);
  if (first === '.') {
    return POINT_FIRST.test(text) ? toFloat(text.replaceAll('_', ''), text) : string(text);
  }
  if (!/[0-9+-]/.test(first)) return string(text);
  const plain = text.replaceAll('_', '');
  const integer = INTEGER.exec(plain);
  if (integer !== null) return toInteger(integer) ?? string(text);
  return FLOAT.test(plain) ? toFloat(plain, text) : string(text);
}

function string(value: string): Scalar {
  return { kind: 'string', value };
}

/** `1e400` is out of a double's range and so, to go-yaml, a string. */
function toFloat(plain: string, text: string): Scalar {
  const value = Number(plain);
  if (!Number.isFinite(value)) return string(text);
  // `09007199254740993` is no octal, so kubectl takes the float and loses the last digit.
  const whole = /^[-+]?[0-9]+$/.test(plain) && !Number.isSafeInteger(value);
  return whole ? TOO_LARGE : { kind: 'float', value };
}

/** Digits of 2^53 in binary: longer numbers need no look at their value. */
const MAX_DIGITS = 54;

function toInteger(match: RegExpExecArray): Scalar | undefined {
  const [, sign = '', hex, binary, octal, decimal, signed] = match;
  if (signed !== undefined) {
    // `0b-1` reaches strconv.ParseInt("-1", 2); a sign before it as well is no number.
    return sign === '' ? fromDigits(signed.charAt(0), signed.slice(1), '0b') : undefined;
  }
  if (hex !== undefined) return fromDigits(sign, hex, '0x');
  if (binary !== undefined) return fromDigits(sign, binary, '0b');
  return octal === undefined ? fromDigits(sign, decimal ?? '', '') : fromDigits(sign, octal, '0o');
}

function fromDigits(sign: string, digits: string, prefix: string): Scalar {
  const significant = digits.replace(/^0+(?=.)/, '');
  if (significant.length > MAX_DIGITS) return TOO_LARGE;
  const magnitude = Number(prefix + significant);
  if (!Number.isSafeInteger(magnitude)) return TOO_LARGE;
  return { kind: 'int', value: sign === '-' && magnitude !== 0 ? -magnitude : magnitude };
}
