import type { Hit } from './hit.ts';
import { Neighbours, Ranges } from './neighbours.ts';
import type { Range } from './neighbours.ts';
import type { LeakRule } from './rule.ts';
import type { StructureScan } from './structure/structure.ts';

/** How much a rule knows about what it found: a provider's format, the place, or a guess. */
type Rank = 'specific' | 'structural' | 'generic';

/** A key that opens every secret of a cluster: more than the format of a private key says. */
const MASTER_RULE = 'sealed-secrets-key';

/**
 * Tells each secret once: generic hits in ciphertext are none, and where several rules name the same
 * secret in the same place, the one that knows most speaks: a provider's (in the text or decoded from
 * base64), then structure, then generic. In time about linear in the number of hits.
 */
export function settle(
  text: readonly Hit[],
  { hits, quiet }: StructureScan,
  rules: ReadonlyMap<string, LeakRule>,
): readonly Hit[] {
  const ordered = [...text, ...hits].toSorted((a, b) => a.start - b.start || b.end - a.end);
  const ofRank = (rank: Rank): Hit[] =>
    ordered.filter(({ rule }) => rankOf(rules.get(rule)) === rank);
  const hushed = new Ranges(quiet);
  const places = once(ofRank('structural'));
  const masters = new Ranges(places.filter(({ rule }) => rule === MASTER_RULE));
  const formats = once(ofRank('specific').filter((hit) => !hasPlace(hit) || !masters.touch(hit)));
  const opened = new Neighbours(formats.filter(hasPlace));
  const specific = formats.filter((hit) => !opened.some(hit, isInside));
  const guesses = once(ofRank('generic').filter((hit) => !hushed.cover(secretRange(hit))));
  const known = new Neighbours(specific);
  const held = new Ranges(places.filter(hasPlace));
  const told = new Set(specific.map(sameLine));
  return [
    ...specific,
    ...places.filter((hit) => !hasPlace(hit) || !known.some(hit, speaksFor)),
    ...guesses.filter(
      (hit) => !held.touch(hit) && !told.has(sameLine(hit)) && !known.some(hit, isSame),
    ),
  ].toSorted((a, b) => a.line - b.line || a.start - b.start);
}

function rankOf(rule: LeakRule | undefined): Rank {
  if (rule?.isGeneric === true) return 'generic';
  return rule?.regex === undefined && rule?.path === undefined ? 'structural' : 'specific';
}

/** Of hits of one rank, each secret once in its place; the first one stays. */
function once(hits: readonly Hit[]): readonly Hit[] {
  const kept = new Neighbours<Hit>([]);
  const told = new Set<string>();
  return hits.filter((hit) => {
    const key = `${hit.rule} ${sameLine(hit)}`;
    if (told.has(key) || (hasPlace(hit) && kept.some(hit, isSame))) return false;
    told.add(key);
    if (hasPlace(hit)) kept.add(hit);
    return true;
  });
}

/** What is told of a file as a whole stands nowhere in it, and speaks for nothing else. */
function hasPlace({ start, end }: Hit): boolean {
  return end > start;
}

/** Where the secret itself stands, quotes left out: a key before it is no part of the ciphertext. */
function secretRange({ start, match, secret }: Hit): Range {
  const inner = secret.replace(/^["']|["']$/g, '');
  const from = start + Math.max(0, match.lastIndexOf(inner));
  return { start: from, end: from + inner.length };
}

function sameLine({ line, secret }: Hit): string {
  return `${line} ${secret}`;
}

/** Most of a secret that is unwrapped to look for another one in it. */
const MAX_WRAPPED_LENGTH = 65_536;

/** Is the one secret inside the base64 that the other one is? Then what it is says more than its wrapping. */
function isInside(one: Hit, wrapping: Hit): boolean {
  const { secret } = wrapping;
  if (one === wrapping || one.secret === '' || secret.length > MAX_WRAPPED_LENGTH) return false;
  if (one.secret.length >= secret.length || !/^[A-Za-z0-9+/\s]+=*$/.test(secret)) return false;
  const inner = Buffer.from(secret, 'base64').toString('latin1');
  // A rule may match no more than the beginning, and cut it within three bytes.
  const isPart = inner.length > MIN_PART_LENGTH && one.secret.includes(inner.slice(0, -3));
  return isPart || inner.includes(one.secret);
}

/** Shortest beginning that is no chance. */
const MIN_PART_LENGTH = 32;

function isSame(one: Hit, other: Hit): boolean {
  const [first, second] = [bare(one.secret), bare(other.secret)];
  if (first === '' || second === '') return false;
  return first.includes(second) || second.includes(first);
}

/** Without the indentation that a block takes from its lines. */
function bare(secret: string): string {
  return secret.includes('\n') ? secret.replaceAll(/\n[ \t]+/g, '\n') : secret;
}

/** A secret of a known format in a value speaks for it, unless the value is many lines of other things. */
function speaksFor(specific: Hit, place: Hit): boolean {
  return !place.secret.includes('\n') || specific.secret.length * 2 >= place.secret.length;
}
