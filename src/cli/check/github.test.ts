import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOid } from '../../domain/oid.ts';
import { commandOf, writeGithub } from './github.ts';
import { problemsOf } from './problem.ts';
import type { Report } from './report.ts';

/** As the runner reads a line of a log: a command only where the line begins with two colons. */
const COMMAND = /^::(error|warning|notice) ([^:]*)::(.*)$/;

function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}

function reportOn(path: string): Report {
  const finding = {
    ...({ rule: 'forge-token', severity: 'high', path, line: 3, endLine: 3 } as const),
    ...{ fingerprint: 'f'.repeat(32), hint: '40 characters' },
  };
  const commit = parseOid('a'.repeat(40));
  const leak = { finding, description: 'Token of a forge', fix: 'Revoke it.' };
  const leaks = [{ ...leak, ...(commit === undefined ? {} : { commit }) }];
  return {
    ...{ verdict: 'rejected', repository: '/srv/app', commits: [], signatures: new Map() },
    findings: problemsOf({ leaks, gaps: [] }, true),
  };
}

describe('annotations of GitHub', () => {
  it.each([
    ['a plain path', 'a/b.yaml', 'file=a/b.yaml,line=3'],
    ['a colon and a comma', 'a:b,c', 'file=a%3Ab%2Cc,line=3'],
    ['a percent sign', '100%0A', 'file=100%250A,line=3'],
    ['a line end and a command', 'a\n::error::owned', 'file=a %3A%3Aerror%3A%3Aowned,line=3'],
    ['a carriage return', 'a\r::stop-commands::x', 'file=a %3A%3Astop-commands%3A%3Ax,line=3'],
  ])('%s, in its place', (_, path, properties) => {
    const [line = ''] = [...writeGithub(reportOn(path))].join('').split('\n');
    expect(COMMAND.exec(line)?.[2]?.startsWith(`${properties},title=`)).toBe(true);
  });

  it('a message and no file, no properties of one', () => {
    const text = [...writeGithub(reportOn('(message)'))].join('');
    expect(text.startsWith('::error title=SecretLeakFound%3A forge-token::')).toBe(true);
  });

  it('any text, one line and one command', () => {
    const any = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(any, any, any, (title, message, file) => {
        const text = commandOf({ level: 'error', title, message, file, line: 1 });
        const [line = '', ...rest] = text.split(/[\r\n]/);
        const [, , properties = '', data = ''] = COMMAND.exec(line) ?? [];
        expect(rest).toEqual(['']);
        expect(properties.split(',')).toHaveLength(3);
        expect(unescaped(data)).not.toMatch(/[\r\n]/);
      }),
    );
  });
});
