import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { compileRegex, NATIVE_WINDOW } from '../../src/secrets/regex/compile.ts';
import type { CompiledRegex } from '../../src/secrets/regex/compile.ts';
import { linearRegex } from '../../src/secrets/regex/linear.ts';
import { matcher } from '../../src/secrets/regex/matcher.ts';

/** Longer than any backtracking matcher could finish, short for a linear one. */
const POISON_BYTES = 20_000;

/** Regexes that take a backtracking matcher forever, each with the text that does it. */
const CATASTROPHES: readonly (readonly [
  name: string,
  source: string,
  unit: string,
  end: string,
])[] = [
  ['a run of runs', '^(?:a+)+$', 'a', '!'],
  ['a star of stars', '^(?:a*)*$', 'a', '!'],
  ['branches that overlap', '^(?:a|aa)+$', 'a', '!'],
  ['words and optional spaces', '^(?:\\w+\\s?)*$', 'word', '!'],
  ['classes that overlap', '^(?:[a-z]|[a-m])*1', 'a', '!'],
  ['counted open runs', '(?:.*a){12}x', 'a', '!'],
  ['open runs in a row', 'a.*a.*a.*a.*x', 'a', '!'],
  ['an address', '^(?:[a-z0-9](?:[-.]|_+)?[a-z0-9]*)*@x', 'a', '!'],
  ['lines that begin anywhere', 'cmd(?:.*|.*(?:[\\r\\n]{1,2}.*){1,5})\\s-u', '\r', '!'],
  ['a run of an optional part', '^(?:(?:ab?)+c?)+$', 'ab', '!'],
];

const SEMI_GENERIC =
  '(?i)[\\w.-]{0,50}?(?:acme)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)' +
  '[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)';

function compiled(source: string): CompiledRegex {
  const result = compileRegex(source);
  if (!result.ok) throw new Error(result.stop.text);
  return result.value;
}

/** Does V8 answer in that time? It runs in a thread of its own, which is ended if not. */
async function answers(source: string, text: string, milliseconds: number): Promise<boolean> {
  const code = `const { source, text } = require('node:worker_threads').workerData;
    require('node:worker_threads').parentPort.postMessage(new RegExp(source).test(text));`;
  const worker = new Worker(code, { eval: true, workerData: { source, text } });
  const answer = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, milliseconds);
    worker.once('message', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
  await worker.terminate();
  return answer;
}

describe('catastrophic regexes', () => {
  it.each(CATASTROPHES)('%s, linear and answered', (_, source, unit, end) => {
    const text = `cmd${unit.repeat(POISON_BYTES / unit.length)}${end}`.slice(
      source.startsWith('^') ? 3 : 0,
    );
    expect(compiled(source).engine).toBe('linear');
    const [search, asks] = [linearRegex(source), matcher(source)];
    expect(search.ok && search.value.exec(text, 0)).toBe(undefined);
    expect(asks.ok && asks.value.test(text)).toBe(false);
  });

  it('a naive engine that gives V8 the regex, still busy', async () => {
    expect(await answers('^(?:a+)+$', `${'a'.repeat(40)}!`, 400)).toBe(false);
    expect(await answers('^(?:a+)+$', 'aaaa', 10_000)).toBe(true);
  });
});

describe('floods of near misses', () => {
  /** What a keyword rule sees at its worst: as many places to start as there can be, each nearly right. */
  const floods: readonly (readonly [string, string])[] = [
    ['the keyword alone', 'acme'],
    ['the keyword and an operator', 'acme='],
    ['everything but the last byte', `acme = '${'0'.repeat(31)}`],
    ['operators that could be others', 'acme:::=>'],
    ['runs of what may stand between', `acme${' '.repeat(20)}'''`],
    ['a value that is too long', `acme="${'a'.repeat(64)}`],
  ];

  it.each(floods)('%s, few steps a byte', (_, unit) => {
    const { body, steps, engine, anchor } = compiled(SEMI_GENERIC);
    expect({ engine, anchor }).toEqual({
      engine: 'native',
      anchor: { literals: ['acme'], lo: 0, hi: 0 },
    });
    expect(steps).toBeLessThan(100_000);
    const text = unit.repeat(Math.ceil(NATIVE_WINDOW / unit.length));
    const sticky = new RegExp(body, 'y');
    let found = 0;
    for (let at = text.indexOf('acme'); at >= 0; at = text.indexOf('acme', at + 1)) {
      sticky.lastIndex = at;
      if (sticky.test(text)) found += 1;
    }
    expect(found).toBe(0);
  });

  it('a naive engine that keeps the run in front, over ten times the steps', () => {
    const { js, body, steps } = compiled(SEMI_GENERIC);
    // A greedy run in front is not dropped: the rest is tried behind each of its lengths.
    const naive = compiled(SEMI_GENERIC.replace('{0,50}?', '{0,50}'));
    expect(js).not.toBe(body);
    expect(naive.steps).toBeGreaterThan(10 * steps);
  });
});

describe('hostile sources', () => {
  it.each([
    ['counts of counts', '(?:(?:a{10}){10}){10}'.repeat(20)],
    ['counts in a row', '[a-z]{0,1000}'.repeat(50)],
    ['65,536 optional parts', 'a?'.repeat(32_768)],
    ['a tower of groups', `${'('.repeat(30_000)}a`],
    ['a tower of repeats', `a${'*(?i)'.repeat(10_000)}`],
    ['characters of many cases', `(?i)${'é'.repeat(30_000)}`],
    ['one that is too long', 'a|'.repeat(40_000)],
  ])('%s, a fault', (_, source) => {
    const result = compileRegex(source);
    expect(result.ok).toBe(false);
    expect(result.ok ? 0 : result.stop.text.length).toBeLessThan(100);
  });

  it.each([
    ['2,400 optional parts', 'a?'.repeat(2400)],
    [
      'thousands of words',
      Array.from({ length: 6000 }, (_, at) => `w${at.toString(36)}`).join('|'),
    ],
    ['thousands of groups', '(a)'.repeat(5000)],
    ['65,536 literals', 'a'.repeat(65_536)],
    ['100 groups in each other, all optional', `${'(?:'.repeat(100)}a${')?'.repeat(100)}b`],
    [
      '1,000 characters of a class',
      `[${String.fromCodePoint(...Array.from({ length: 1000 }, (_, at) => 0x4e00 + 3 * at))}]`,
    ],
  ])('%s, an answer', (_, source) => {
    const { engine, js } = compiled(source);
    const search = linearRegex(source);
    expect(search.ok && search.value.exec('-', 0)).not.toBe(false);
    expect(engine === 'linear' || typeof new RegExp(js).test('-')).not.toBe(false);
  });

  it('a naive engine that compiles whatever it is given, out of stack', () => {
    expect(() => new RegExp('a?'.repeat(32_768)).test('-')).toThrow(SyntaxError);
  });
});
