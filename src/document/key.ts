import type { Scalar } from './scalar.ts';

/** Most digits that a 32-bit float needs to be told from its neighbours. */
const FLOAT32_DIGITS = 9;

/**
 * The JSON key that kubectl makes of a scalar key: `1` is "1", `y` is "true", `0x10` is "16"; a float
 * is printed as Go prints a 32-bit float. `undefined` where kubectl refuses the key (null) or cannot print it.
 */
export function keyText(scalar: Scalar): string | undefined {
  switch (scalar.kind) {
    case 'string':
      return scalar.value;
    case 'bool':
    case 'int':
      return String(scalar.value);
    case 'float':
      return formatFloat32(scalar.value);
    case 'null':
    case 'unusable':
      return undefined;
  }
}

/** Go's `strconv.FormatFloat(value, 'g', -1, 32)`, which sigs.k8s.io/yaml uses for float keys. */
function formatFloat32(value: number): string | undefined {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return undefined;
  if (single === 0) return Object.is(single, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = shortest(single).split('e');
  const exponent = Number(power);
  // 'g' with the shortest precision switches to an exponent outside 1e-4 … 1e6.
  if (exponent < -4 || exponent >= 6) {
    const sign = exponent < 0 ? '-' : '+';
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const digits = mantissa.replace(/^-?\d\.?/, '').length;
  return Number(`${mantissa}e${power}`).toFixed(Math.max(0, digits - exponent));
}

function shortest(single: number): string {
  for (let digits = 0; digits < FLOAT32_DIGITS; digits += 1) {
    const text = single.toExponential(digits);
    if (Math.fround(Number(text)) === single) return text;
  }
  return single.toExponential(FLOAT32_DIGITS);
}
