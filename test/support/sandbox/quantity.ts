const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(n|u|m|k|M|G|T|P|E|[KMGTPE]i|[eE][+-]?\d+)?$/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO_DIGITS = 9;
const NANO = 10n ** 9n;

/**
 * The API server's own spelling of a quantity (`1000m` is `1`, `1024Mi` is `1Gi`), or undefined for
 * what is none. Smallest unit: nano, rounded up, as in apimachinery's resource.Quantity.
 */
export function canonicalQuantity(text: string): string | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = '0', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const binary = BINARY.indexOf(suffix);
  if (suffix !== '' && binary > 0) {
    const scale = 1024n ** BigInt(binary);
    const nanos = (BigInt(whole + fraction) * scale * NANO) / 10n ** BigInt(fraction.length);
    return spell(sign, nanos, 'binary');
  }
  const exponent = /^[eE]/.test(suffix)
    ? Number(suffix.slice(1))
    : (DECIMAL.indexOf(suffix) - DECIMAL.indexOf('')) * 3;
  const power = NANO_DIGITS + exponent - fraction.length;
  const value = BigInt(whole + fraction);
  const nanos = power >= 0 ? value * 10n ** BigInt(power) : roundUp(value, 10n ** BigInt(-power));
  return spell(sign, nanos, /^[eE]/.test(suffix) ? 'exponent' : 'decimal');
}

function roundUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

function spell(sign: string, nanos: bigint, form: 'binary' | 'decimal' | 'exponent'): string {
  if (nanos === 0n) return '0';
  const minus = sign === '-' ? '-' : '';
  // Binary suffixes can express whole numbers of 1024 and more only.
  if (form === 'binary' && nanos % NANO === 0n && nanos >= 1024n * NANO) {
    let [value, index] = [nanos / NANO, 0];
    while (value % 1024n === 0n && index < BINARY.length - 1)
      [value, index] = [value / 1024n, index + 1];
    return `${minus}${value}${BINARY[index]}`;
  }
  let [value, index] = [nanos, 0];
  while (value % 1000n === 0n && index < DECIMAL.length - 1)
    [value, index] = [value / 1000n, index + 1];
  if (form !== 'exponent') return `${minus}${value}${DECIMAL[index]}`;
  const exponent = (index - DECIMAL.indexOf('')) * 3;
  return `${minus}${value}${exponent === 0 ? '' : `e${exponent}`}`;
}
