import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { oidOf } from './algorithms.ts';
import { parseDer, TAG } from './der.ts';
import type { Der } from './der.ts';

/** Subject alternative names of the two kinds that can name a signer. */
export type AlternativeNames = Readonly<{ emails: readonly string[]; uris: readonly string[] }>;

/** What a certificate's extensions say, as far as gitward reads them (RFC 5280 §4.2). */
export type Extensions = Readonly<{
  /** Contents of every extension, by object identifier. */
  values: ReadonlyMap<string, Uint8Array>;
  /** Critical ones that gitward does not apply: who does not understand one must refuse. */
  unknownCritical: readonly string[];
  authority: boolean;
  /** How many authorities may stand below this one; absent for no limit. */
  pathLength?: number;
  /** Bits of keyUsage, the first one highest; absent where everything is allowed. */
  keyUsage?: number;
  /** Extended key usages; absent where everything is allowed. */
  purposes?: readonly string[];
  names: AlternativeNames;
}>;

/** Bits of keyUsage (RFC 5280 §4.2.1.3). */
export const KEY_USAGE = { digitalSignature: 0x80, keyCertSign: 0x04 } as const;

/** RFC 5280 §4.2.1.10: an authority that has it is refused, as gitward does not apply it. */
export const NAME_CONSTRAINTS = '2.5.29.30';

const KNOWN = {
  keyUsage: '2.5.29.15',
  names: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  purposes: '2.5.29.37',
} as const;

const APPLIED: ReadonlySet<string> = new Set(Object.values(KNOWN));

const MAX_EXTENSIONS = 64;
const RFC822_NAME = 0x81;
const URI = 0x86;

/** Printable ASCII: an IA5String with anything else in it has no business in a name. */
const PLAIN = /^[\x21-\x7e]{1,1024}$/;

type Raw = Readonly<{ oid: string; critical: boolean; value: Uint8Array }>;

/** Reads the extensions; one that occurs twice or does not follow its grammar stops the whole certificate. */
export function readExtensions(list: Der): Result<Extensions, string> {
  if (list.tag !== TAG.sequence || list.children.length > MAX_EXTENSIONS) {
    return stopped('its extensions are no list, or too many');
  }
  const values = new Map<string, Uint8Array>();
  const unknownCritical: string[] = [];
  for (const node of list.children) {
    const raw = readOne(node);
    if (raw === undefined || values.has(raw.oid)) {
      return stopped('an extension occurs twice or cannot be read');
    }
    values.set(raw.oid, raw.value);
    if (raw.critical && !APPLIED.has(raw.oid)) unknownCritical.push(raw.oid);
  }
  return interpret(values, unknownCritical);
}

function interpret(
  values: ReadonlyMap<string, Uint8Array>,
  unknownCritical: readonly string[],
): Result<Extensions, string> {
  const basic = readBasicConstraints(valueOf(values, KNOWN.basicConstraints));
  const keyUsage = readKeyUsage(valueOf(values, KNOWN.keyUsage));
  const purposes = readPurposes(valueOf(values, KNOWN.purposes));
  const names = readNames(valueOf(values, KNOWN.names));
  if (basic === 'bad' || keyUsage === 'bad' || purposes === 'bad' || names === 'bad') {
    return stopped('an extension is not written by its grammar');
  }
  return ok({
    values,
    unknownCritical,
    ...(basic ?? { authority: false }),
    ...(keyUsage === undefined ? {} : { keyUsage }),
    ...(purposes === undefined ? {} : { purposes }),
    names: names ?? { emails: [], uris: [] },
  });
}

function readOne({ tag, children }: Der): Raw | undefined {
  const [name, ...rest] = tag === TAG.sequence ? children : [];
  const oid = oidOf(name);
  const [first] = rest;
  // FALSE is the default, which DER leaves out (X.690 §11.5).
  const critical = first?.tag === TAG.boolean && first.body[0] === 0xff;
  const [value, ...more] = critical ? rest.slice(1) : rest;
  if (oid === undefined || value?.tag !== TAG.octetString || more.length > 0) return undefined;
  return { oid, critical, value: value.body };
}

/** The parsed contents; nothing when the extension is absent. */
function valueOf(values: ReadonlyMap<string, Uint8Array>, oid: string): Der | 'bad' | undefined {
  const bytes = values.get(oid);
  if (bytes === undefined) return undefined;
  const parsed = parseDer(bytes);
  return parsed.ok ? parsed.value : 'bad';
}

type Read<T> = T | 'bad' | undefined;

function readBasicConstraints(
  node: Der | 'bad' | undefined,
): Read<Pick<Extensions, 'authority' | 'pathLength'>> {
  if (node === undefined || node === 'bad') return node;
  const [flag, length, ...more] = node.children;
  if (node.tag !== TAG.sequence || more.length > 0) return 'bad';
  if (flag === undefined) return { authority: false };
  if (flag.tag !== TAG.boolean || flag.body[0] !== 0xff) return 'bad';
  if (length === undefined) return { authority: true };
  const small = length.tag === TAG.integer && length.body.length === 1;
  const pathLength = length.body[0] ?? 0x80;
  return small && pathLength < 0x80 ? { authority: true, pathLength } : 'bad';
}

function readKeyUsage(node: Der | 'bad' | undefined): Read<number> {
  if (node === undefined || node === 'bad') return node;
  return node.tag === TAG.bitString && node.body.length > 1 ? node.body[1] : 'bad';
}

function readPurposes(node: Der | 'bad' | undefined): Read<readonly string[]> {
  if (node === undefined || node === 'bad') return node;
  if (node.tag !== TAG.sequence || node.children.length === 0) return 'bad';
  const purposes = node.children.flatMap((child) => oidOf(child) ?? []);
  return purposes.length === node.children.length ? purposes : 'bad';
}

function readNames(node: Der | 'bad' | undefined): Read<AlternativeNames> {
  if (node === undefined || node === 'bad') return node;
  if (node.tag !== TAG.sequence || node.children.length === 0) return 'bad';
  const texts = (tag: number): readonly string[] =>
    node.children
      .filter((child) => child.tag === tag)
      .map((child) => Buffer.from(child.body).toString('latin1'));
  const [emails, uris] = [texts(RFC822_NAME), texts(URI)];
  return [...emails, ...uris].every((text) => PLAIN.test(text)) ? { emails, uris } : 'bad';
}
