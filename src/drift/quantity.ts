import type { Json } from '../domain/json.ts';

/** Powers of ten and of two that a quantity's suffix stands for (apimachinery resource.Quantity). */
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

const QUANTITY =
  /^([+-]?)(\d{0,20})(?:\.(\d{0,20}))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/;

/** Billionths are the finest a quantity can be. */
const SCALE = 9;

/** A quantity in billionths, exactly; `undefined` for what is none. */
export function parseQuantity(value: Json | undefined): bigint | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' ? QUANTITY.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = '', exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const tens =
    SCALE - fraction.length + (exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent));
  const doubled = digits * 2n ** BigInt(BINARY[suffix] ?? 0);
  const scaled = tens >= 0 ? doubled * 10n ** BigInt(tens) : roundUp(doubled, 10n ** BigInt(-tens));
  return sign === '-' ? -scaled : scaled;
}

/** What is finer than a billionth is rounded up, as the API server does. */
function roundUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}
