import { RE2JS } from 're2js';
import type { Allowlist, LeakRule } from '../../../src/secrets/rule.ts';
import { rarityOf } from '../../../src/secrets/rarity.ts';

/** A leak as the plain scanner tells it: a rule and the secret, one character a byte. */
export type PlainHit = Readonly<{ rule: string; secret: string; line: number }>;

/** Finds leaks rule by rule, the slow and obvious way: what a rule says, without the engine. */
export function plainScan(rules: readonly LeakRule[], path: string, text: string): PlainHit[] {
  return rules.flatMap((rule) => hitsOf(rule, path, text));
}

function hitsOf(rule: LeakRule, path: string, text: string): PlainHit[] {
  if (rule.path !== undefined && !finds(rule.path, path)) return [];
  if (rule.allowlists.some(({ paths }) => paths.some((one) => finds(one, path)))) return [];
  if (rule.regex === undefined) return [{ rule: rule.id, secret: path, line: 0 }];
  const lower = text.toLowerCase();
  const { keywords } = rule;
  if (keywords.length > 0 && !keywords.some((word) => lower.includes(word))) return [];
  const hits: PlainHit[] = [];
  const matcher = compiled(rule.regex).matcher(text);
  while (matcher.find()) {
    const match = matcher.group(0) ?? '';
    const groups = Array.from({ length: matcher.groupCount() }, (_, at) => matcher.group(at + 1));
    const secret = groups.find((group) => (group ?? '') !== '') ?? match;
    const before = text.slice(0, matcher.start(0));
    const suspect = { secret, match, line: linesAround(text, matcher.start(0), matcher.end(0)) };
    if (rule.rarity !== undefined && rarityOf(secret) < rule.rarity) continue;
    if (rule.allowlists.some((list) => allows(list, suspect))) continue;
    hits.push({ rule: rule.id, secret, line: before.split('\n').length });
  }
  return hits;
}

function allows(list: Allowlist, suspect: Readonly<Record<Allowlist['target'], string>>): boolean {
  const lower = suspect.secret.toLowerCase();
  return (
    list.regexes.some((regex) => finds(regex, suspect[list.target])) ||
    list.stopwords.some((word) => lower.includes(word))
  );
}

function linesAround(text: string, start: number, end: number): string {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end);
  return text.slice(from, to === -1 ? text.length : to);
}

const cache = new Map<string, RE2JS>();

function compiled(regex: string): RE2JS {
  const known = cache.get(regex) ?? RE2JS.compile(regex);
  cache.set(regex, known);
  return known;
}

function finds(regex: string, text: string): boolean {
  return compiled(regex).matcher(text).find();
}
