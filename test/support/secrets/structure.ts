import { createHash } from 'node:crypto';
import type { TextScanner } from '../../../src/secrets/hit.ts';
import { rule } from '../../../src/secrets/rules/define.ts';
import { settle } from '../../../src/secrets/settle.ts';
import { STRUCTURE_RULES } from '../../../src/secrets/structure/rules.ts';
import { scanStructure } from '../../../src/secrets/structure/structure.ts';
import { fileScanner } from '../../../src/secrets/index.ts';
import type { FileScan, FileScanner, SopsConfig } from '../../../src/secrets/index.ts';

/** Bytes that look random and are the same every time. */
export function noise(length: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits, made at run time so that no scanner finds a token in this repository. */
export function letters(length: number, seed: string): string {
  return [...noise(length, seed)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

export const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

/** A token of the one format that the tests name. */
export const githubToken = (seed = 'token'): string => ['gh', 'p_', letters(36, seed)].join('');

/** A value as SOPS writes it. */
export function sopsValue(seed: string, length = 12): string {
  const [data, iv, tag] = [noise(length, seed), noise(32, `${seed} iv`), noise(16, `${seed} tag`)];
  return `ENC[AES256_GCM,data:${base64(data)},iv:${base64(iv)},tag:${base64(tag)},type:str]`;
}

/** An age file around a data key. */
export function ageFile(indent: string): string {
  const body = base64(noise(200, 'age'))
    .replace(/(.{64})/g, '$1\n')
    .split('\n');
  const lines = [`-----BEGIN AGE ENCRYPTED FILE-----`, ...body, '-----END AGE ENCRYPTED FILE-----'];
  return lines
    .filter((line) => line !== '')
    .map((line) => `${indent}${line}`)
    .join('\n');
}

/** The block that SOPS adds. */
export function sopsBlock(extra = '  encrypted_regex: ^(data|stringData)$\n'): string {
  return `sops:
  age:
    - recipient: age1${'q'.repeat(58)}
      enc: |
${ageFile('        ')}
  lastmodified: "2024-01-01T00:00:00Z"
  mac: ${sopsValue('mac', 64)}
${extra}  version: 3.9.0
`;
}

/** A value as kubeseal writes it. */
export function sealedValue(seed: string): string {
  return base64(Buffer.concat([Buffer.from([2, 0]), noise(512 + 40, seed)]));
}

/** A key or certificate in PEM: the head of DER, then noise. */
export function pem(kind: string): string {
  const body = base64(Buffer.concat([Buffer.from([0x30, 0x82, 1, 0]), noise(96, kind)])).replace(
    /(.{64})/g,
    '$1\n',
  );
  return `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;
}

/** Compiling the rules costs more than all the files here. */
const scanners = new Map<string, FileScanner>();

function scannerFor(sops: readonly SopsConfig[]): FileScanner {
  const key = JSON.stringify(sops);
  const known = scanners.get(key);
  if (known !== undefined) return known;
  const made = fileScanner({ dialect: 'gitward', inlineAllow: false, salt: 'salt', sops }, () => 0);
  scanners.set(key, made);
  return made;
}

/** What a file with this content holds. */
export function scanFile(
  path: string,
  content: string | Uint8Array,
  sops: readonly SopsConfig[] = [],
): FileScan {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return scannerFor(sops).scan({ path, bytes });
}

const TOKEN_RULE = rule({
  id: 'github-personal-token',
  description: '',
  severity: 'critical',
  fix: '',
  reference: '',
  regex: 'x',
});
const RULES = new Map([TOKEN_RULE, ...STRUCTURE_RULES].map((one) => [one.id, one]));

/** A scanner that knows one format. */
const oneFormat: TextScanner = {
  scan: (bytes) => {
    const text = Buffer.from(bytes).toString('latin1');
    const hits = [...text.matchAll(/ghp_[0-9A-Za-z]{36}/g)].map(({ index, 0: secret }) => {
      const line = text.slice(0, index).split('\n').length;
      const end = index + secret.length;
      return { rule: TOKEN_RULE.id, start: index, end, secret, match: secret, line, endLine: line };
    });
    return { hits, gaps: [] };
  },
};

/** `rule@line` of what the structure tells beside a scanner of one format, settled and in order. */
export function told(
  path: string,
  content: string | Uint8Array,
  sops: readonly SopsConfig[] = [],
): readonly string[] {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const structure = scanStructure(bytes, { path }, { text: oneFormat, sops });
  const hits = settle(oneFormat.scan(bytes, { path }).hits, structure, RULES);
  return hits.map(({ rule: id, line }) => `${id}@${line}`);
}
