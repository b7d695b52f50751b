import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostName, judgeHostKey, keyTypesOf, parseKnownHosts } from './known-hosts.ts';
import type { HostVerdict } from './known-hosts.ts';

const dir = mkdtempSync(join(tmpdir(), 'gw-hosts-'));
let ours = '';
let theirs = '';
let rsa = '';

beforeAll(() => {
  ours = makeKey('a', 'ed25519');
  theirs = makeKey('b', 'ed25519');
  rsa = makeKey('c', 'rsa');
});
afterAll(() => rmSync(dir, { recursive: true }));

function makeKey(name: string, type: string): string {
  const file = join(dir, name);
  execFileSync('ssh-keygen', ['-q', '-N', '', '-t', type, '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

const blob = (key: string): Buffer => Buffer.from(key.split(' ')[1] ?? '', 'base64');

function verdict(text: string, host = 'git.example', port = 22): HostVerdict | 'unreadable' {
  const hosts = parseKnownHosts(text);
  return hosts === undefined ? 'unreadable' : judgeHostKey(hosts, hostName(host, port), blob(ours));
}

/** Does ssh-keygen find a line for the name? */
function keygenFinds(text: string, name: string): boolean {
  writeFileSync(join(dir, 'known_hosts'), text);
  const found = spawnSync('ssh-keygen', ['-F', name, '-f', join(dir, 'known_hosts')]);
  return found.status === 0;
}

describe('known_hosts', () => {
  it.each<readonly [string, () => string, HostVerdict | 'unreadable']>([
    ['the key', () => `git.example ${ours}`, 'known'],
    ['the key among others', () => `a,git.example,b ${theirs}\ngit.example ${ours} note`, 'known'],
    ['comments and empty lines', () => `# x\n\n  git.example ${ours}\r\n`, 'known'],
    ['other letter case', () => `GIT.example ${ours}`, 'known'],
    ['wildcards', () => `*.exam?le ${ours}`, 'known'],
    ['another key', () => `git.example ${theirs}`, 'changed'],
    ['another type', () => `git.example ${rsa}`, 'changed'],
    ['another host', () => `other.example ${ours}`, 'unlisted'],
    ['a longer host', () => `git.example.org ${ours}`, 'unlisted'],
    ['another port', () => `[git.example]:2222 ${ours}`, 'unlisted'],
    ['a negated pattern', () => `*.example,!git.example ${ours}`, 'unlisted'],
    ['nothing', () => '', 'unlisted'],
    ['revoked', () => `@revoked git.example ${ours}`, 'revoked'],
    ['revoked for all hosts', () => `git.example ${ours}\n@revoked * ${ours}`, 'revoked'],
    ['another revoked', () => `git.example ${ours}\n@revoked * ${theirs}`, 'known'],
    ['an authority', () => `@cert-authority *.example ${ours}`, 'authority'],
    ['an authority and a key', () => `@cert-authority * ${theirs}\ngit.example ${ours}`, 'known'],
    ['a marker that is none', () => `@trusted git.example ${ours}`, 'unreadable'],
    ['a cut line', () => `git.example ssh-ed25519`, 'unreadable'],
    ['no base64', () => `git.example ssh-ed25519 ####################`, 'unreadable'],
    [
      'a type that is not the key',
      () => `git.example ${ours.replace('ed25519', 'ed25518')}`,
      'unreadable',
    ],
    ['too many lines', () => `git.example ${ours}\n`.repeat(2_001), 'unreadable'],
  ])('%s, %#', (_name, text, expected) => {
    expect(verdict(text())).toBe(expected);
  });

  it.each([
    ['git.example', 22, 'git.example'],
    ['git.example', 2222, '[git.example]:2222'],
    ['192.0.2.1', 22, '192.0.2.1'],
    ['[2001:db8::1]', 22, '2001:db8::1'],
    ['[2001:db8::1]', 2222, '[2001:db8::1]:2222'],
  ] as const)('%s and port %i, looked up as ssh-keygen does', (host, port, name) => {
    expect(hostName(host, port)).toBe(name);
    const line = `${name} ${ours}\n`;
    expect(verdict(line, host, port)).toBe('known');
    expect(keygenFinds(line, name)).toBe(true);
  });

  it('names hashed by ssh-keygen, found; others, not', () => {
    writeFileSync(join(dir, 'hashed'), `git.example ${ours}\n[git.example]:2222 ${ours}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', join(dir, 'hashed')], { stdio: 'ignore' });
    const text = readFileSync(join(dir, 'hashed'), 'utf8');
    expect(text).not.toContain('example');
    const found = [22, 2222, 2223].map((port) => verdict(text, 'git.example', port));
    expect([...found, verdict(text, 'other.example')]).toEqual([
      'known',
      'known',
      'unlisted',
      'unlisted',
    ]);
  });

  it('types of the listed keys, in their order, no revoked and no authority', () => {
    const text = `@revoked * ${ours}\n@cert-authority * ${ours}\nh ${rsa}\nh ${theirs}\nx ${ours}`;
    expect(keyTypesOf(parseKnownHosts(text) ?? [], 'h')).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });

  it('200 random patterns, known exactly where ssh-keygen finds them', () => {
    const unit = fc.constantFrom('a', 'b', '.', '*', '?', '!', ',');
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 5 });
    const pattern = fc.string({ unit, minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, name, (patterns, host) => {
        const line = `${patterns} ${ours}\n`;
        expect(verdict(line, host) === 'known').toBe(keygenFinds(line, host));
      }),
      { numRuns: 200 },
    );
  });

  it('random text, read or refused', () => {
    const unit = fc.constantFrom(
      '@revoked',
      ' ',
      '\n',
      'h',
      '|1|',
      'ssh-ed25519',
      'AAAA',
      '=',
      '#',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        expect(['unlisted', 'unreadable']).toContain(verdict(text));
      }),
    );
  });

  it('a pattern made to take long, at once', () => {
    const line = `${'*a'.repeat(2_000)}b ${ours}`;
    expect(verdict(line, 'a'.repeat(4_000))).toBe('unlisted');
  });
});
