import { describe, expect, it } from 'vitest';
import { textScanner } from '../../src/secrets/engine/scanner.ts';
import type { Hit } from '../../src/secrets/hit.ts';
import type { LeakRule } from '../../src/secrets/rule.ts';
import { ownAnalyses } from '../../src/secrets/rules/compiled.ts';
import { OWN_RULES } from '../../src/secrets/rules/index.ts';
import { PROVIDER_RULES } from '../../src/secrets/rules/provider/index.ts';
import { samplesOf } from '../../src/secrets/rules/sample.ts';
import type { Sample, Samples } from '../../src/secrets/rules/sample.ts';
import { fileScanner } from '../../src/secrets/scan.ts';

/** Accuracy of our own rules on texts that are made from them, and the data of the rules itself. */
const SEED = 20_261_126;
const POSITIVES = 5;
const LEAST = 0.98;

type Counts = { found: number; missed: string[]; false: string[] };

function hitsIn({ text }: Sample): readonly Hit[] {
  return scanner.scan(Buffer.from(text, 'latin1'), { path: 'config/app.txt' }).hits;
}

function count(rule: LeakRule, samples: Samples, counts: Counts): void {
  for (const sample of samples.positives) {
    const hits = hitsIn(sample);
    const own = hits.filter((hit) => hit.rule === rule.id && hit.secret.includes(sample.secret));
    if (own.length > 0) counts.found++;
    else counts.missed.push(`${rule.id}: ${sample.kind}`);
    const others = hits.filter((hit) => hit.rule !== rule.id);
    counts.false.push(...others.map((hit) => `${hit.rule} on ${rule.id}: ${sample.kind}`));
  }
  for (const sample of samples.negatives) {
    const hits = hitsIn(sample);
    counts.false.push(...hits.map((hit) => `${hit.rule} on ${rule.id}: ${sample.kind}`));
  }
}

const analyses = ownAnalyses();
const scanner = textScanner(
  { rules: PROVIDER_RULES, allowlists: [] },
  { dialect: 'gitward', inlineAllow: false, monotonic: () => 0, analyses },
);

describe('accuracy on the generated set', () => {
  const counts: Counts = { found: 0, missed: [], false: [] };
  for (const rule of PROVIDER_RULES) {
    const samples = samplesOf(rule, SEED, POSITIVES);
    if (samples !== undefined) count(rule, samples, counts);
  }

  it('every rule has samples, all of them scanned', () => {
    expect(counts.found + counts.missed.length).toBe(PROVIDER_RULES.length * POSITIVES);
  });

  it('recall is at least 0.98', () => {
    const recall = counts.found / (counts.found + counts.missed.length);
    expect({ recall, missed: counts.missed.slice(0, 20) }).toMatchObject({
      recall: expect.toSatisfy((value: number) => value >= LEAST),
    });
  });

  it('precision is at least 0.98, near misses and other rules counted', () => {
    const precision = counts.found / (counts.found + counts.false.length);
    expect({ precision, false: counts.false.slice(0, 20) }).toMatchObject({
      precision: expect.toSatisfy((value: number) => value >= LEAST),
    });
  });

  it('the scanner of files tells what the rules find', () => {
    const plan = { dialect: 'gitward', inlineAllow: false, salt: 'salt', sops: [] } as const;
    const files = fileScanner(plan, () => 0);
    const silent = PROVIDER_RULES.filter((rule) => {
      const [sample] = samplesOf(rule, SEED, 1)?.positives ?? [];
      const bytes = Buffer.from(sample?.text ?? '', 'latin1');
      const { findings } = files.scan({ path: 'config/app.txt', bytes });
      return !findings.some((finding) => finding.rule === rule.id);
    });
    expect(silent.length / PROVIDER_RULES.length).toBeLessThanOrEqual(1 - LEAST);
  });

  it('the same seed gives the same samples', () => {
    const [rule] = PROVIDER_RULES;
    if (rule === undefined) throw new Error('no rules');
    expect(samplesOf(rule, SEED, POSITIVES)).toEqual(samplesOf(rule, SEED, POSITIVES));
    expect(samplesOf(rule, SEED + 1, POSITIVES)).not.toEqual(samplesOf(rule, SEED, POSITIVES));
  });
});

describe('what documentation shows', () => {
  // Each with a gap, closed before it is scanned, so that no scanner takes this file for a leak.
  it.each([
    ['the access key of AWS', 'aws_access_key_id = AKIA~IOSFODNN7EXAMPLE'],
    ['the secret key of AWS', 'aws_secret_access_key = wJalrXUtnFEMI/~K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a token that was crossed out', `token: ghp_~${'x'.repeat(36)}`],
    ['a key of zeroes', `HEROKU_API_KEY=~${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`],
    [
      'a webhook of zeroes',
      `https://hooks.slack.com/services/T~00000000/B00000000/${'X'.repeat(24)}`,
    ],
  ])('%s is no leak', (_, gapped) => {
    expect(hitsIn({ kind: '', text: gapped.replace('~', ''), secret: '' })).toEqual([]);
  });
});

describe('the data of the rules', () => {
  const { rules } = OWN_RULES;
  const offenders = (isBad: (rule: LeakRule) => boolean): readonly string[] =>
    rules.filter(isBad).map(({ id }) => id);

  it('there are at least 250', () => {
    expect(rules.length).toBeGreaterThanOrEqual(250);
  });

  it('ids are kebab-case and unique', () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    expect(offenders(({ id }) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  it('every rule says what it is, what to do and where to read', () => {
    expect(offenders(({ description }) => description.trim().length < 8)).toEqual([]);
    expect(offenders(({ fix }) => !/^[A-Z].*\.$/.test(fix))).toEqual([]);
    expect(offenders(({ reference }) => !isPage(reference))).toEqual([]);
  });

  it('keywords are lower-case and long enough to look for', () => {
    const isBad = (word: string): boolean => word !== word.toLowerCase() || word.length < 2;
    expect(offenders(({ keywords }) => keywords.some(isBad))).toEqual([]);
  });
});

describe('the regexes of providers', () => {
  const analysed = PROVIDER_RULES.map((rule) => {
    return { rule, made: analyses.get(rule.regex ?? '')?.regex };
  });

  it('every one compiles, is bounded and runs natively', () => {
    const bad = analysed.filter(
      ({ made }) => made?.engine !== 'native' || made.maxLength === Infinity,
    );
    expect(bad.map(({ rule }) => rule.id)).toEqual([]);
  });

  it('every one has a literal of three bytes, and that implies a keyword', () => {
    const bad = analysed.filter(({ rule, made }) => {
      const literals = made?.anchor?.literals ?? [];
      const implies = (literal: string): boolean =>
        literal.length >= 3 && rule.keywords.some((word) => literal.includes(word));
      return literals.length === 0 || !literals.every(implies);
    });
    expect(bad.map(({ rule }) => rule.id)).toEqual([]);
  });

  it('every one captures the secret as its one group', () => {
    const bad = analysed.filter(({ made }) => made?.groups !== 1);
    expect(bad.map(({ rule }) => rule.id)).toEqual([]);
  });
});

function isPage(reference: string): boolean {
  return URL.canParse(reference) && new URL(reference).protocol === 'https:';
}
