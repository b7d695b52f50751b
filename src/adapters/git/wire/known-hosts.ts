import { createHmac, timingSafeEqual } from 'node:crypto';

/** Most bytes and lines of a known_hosts taken. */
export const MAX_KNOWN_HOSTS_BYTES = 256 * 1024;
const MAX_LINES = 2_000;

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export type KnownHost = Readonly<{
  marker: 'none' | 'revoked' | 'authority';
  patterns: readonly string[];
  keyType: string;
  /** The key as it stands in the SSH protocol. */
  key: Buffer;
}>;

/**
 * What known_hosts says about a host's key. Only `known` may be spoken to: `unlisted` means that no
 * line names the host, `changed` that it is listed with other keys, `authority` with a CA alone.
 */
export type HostVerdict = 'known' | 'changed' | 'revoked' | 'unlisted' | 'authority';

/** Reads known_hosts; `undefined` if a line is none. Comments and empty lines are passed over. */
export function parseKnownHosts(text: string): readonly KnownHost[] | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (Buffer.byteLength(text) > MAX_KNOWN_HOSTS_BYTES || lines.length > MAX_LINES) return undefined;
  const hosts: KnownHost[] = [];
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    const host = parseLine(line);
    if (host === undefined) return undefined;
    hosts.push(host);
  }
  return hosts;
}

/** The name that lines are looked up by: in brackets with the port, unless that is 22. */
export function hostName(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return port === 22 ? bare : `[${bare}]:${port}`;
}

/** Judges the key that a host shows. A revoked key is refused whatever else is listed. */
export function judgeHostKey(hosts: readonly KnownHost[], name: string, key: Buffer): HostVerdict {
  const about = hosts.filter((host) => matches(host.patterns, name));
  const same = about.filter((host) => host.key.equals(key));
  if (same.some(({ marker }) => marker === 'revoked')) return 'revoked';
  if (same.some(({ marker }) => marker === 'none')) return 'known';
  if (about.some(({ marker }) => marker === 'none')) return 'changed';
  return about.some(({ marker }) => marker === 'authority') ? 'authority' : 'unlisted';
}

/** Types of the keys that are listed for a host, to ask it for one of those first. */
export function keyTypesOf(hosts: readonly KnownHost[], name: string): readonly string[] {
  const listed = hosts.filter(
    ({ marker, patterns }) => marker === 'none' && matches(patterns, name),
  );
  return [...new Set(listed.map(({ keyType }) => keyType))];
}

const MARKERS = { '@revoked': 'revoked', '@cert-authority': 'authority' } as const;

function parseLine(line: string): KnownHost | undefined {
  const fields = line.split(/[ \t]+/);
  const word = fields[0]?.startsWith('@') === true ? fields.shift() : undefined;
  const marker = markerOf(word);
  const [names = '', keyType = '', encoded = ''] = fields;
  if (marker === undefined || names === '' || !/^[\w@.-]{1,64}$/.test(keyType)) return undefined;
  if (!/^[A-Za-z0-9+/]{16,}={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  if (key.length < 4 || key.readUInt32BE(0) !== keyType.length) return undefined;
  if (key.subarray(4, 4 + keyType.length).toString('latin1') !== keyType) return undefined;
  return { marker, patterns: names.split(','), keyType, key };
}

function markerOf(word: string | undefined): KnownHost['marker'] | undefined {
  if (word === undefined) return 'none';
  return word === '@revoked' || word === '@cert-authority' ? MARKERS[word] : undefined;
}

/** A negated pattern that matches refuses the line, as in ssh(1). */
function matches(patterns: readonly string[], name: string): boolean {
  const negated = patterns.filter((pattern) => pattern.startsWith('!'));
  if (negated.some((pattern) => matchesOne(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesOne(pattern, name));
}

function matchesOne(pattern: string, name: string): boolean {
  if (pattern.startsWith('|')) return matchesHash(pattern, name);
  return matchesWildcards(pattern.toLowerCase(), name);
}

/** `|1|salt|HMAC-SHA1(salt, name)`. */
function matchesHash(pattern: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = pattern.split('|');
  const expected = Buffer.from(hash, 'base64');
  if (version !== '1' || expected.length !== 20) return false;
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return timingSafeEqual(found, expected);
}

/** `*` and `?`, in time that is linear in the pattern's length times the name's. */
function matchesWildcards(pattern: string, name: string): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  let mark = 0;
  while (from < name.length) {
    if (pattern[at] === '*') {
      star = at++;
      mark = from;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++mark;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
