import { describe, expect, it } from 'vitest';
import { parseSopsConfig } from '../../src/secrets/structure/sops-config.ts';
import type { SopsConfig } from '../../src/secrets/index.ts';
import { base64, letters, sopsBlock, sopsValue, told } from '../support/secrets/structure.ts';

const PASSWORD = letters(20, 'plain');
const DEMANDED = 'sops-file-not-encrypted@1';

function config(text: string, directory: string, origin?: SopsConfig['origin']): SopsConfig {
  const parsed = parseSopsConfig(Buffer.from(`creation_rules:\n${text}`), directory);
  if (!parsed.ok) throw new Error(parsed.stop.why);
  return { ...parsed.value, ...(origin === undefined ? {} : { origin }) };
}

const strict = config('  - path_regex: secrets/.*\n', '', 'protected');
const plain = `database: ${PASSWORD}\n`;

/** What sops does: the nearest configuration counts, whoever wrote it. */
const naive = (path: string, configs: readonly SopsConfig[]): readonly string[] =>
  told(
    path,
    plain,
    configs.map(({ directory, rules }) => ({ directory, rules })),
  );

describe('a commit that brings a .sops.yaml of its own', () => {
  const lax = config('  - path_regex: nothing$\n', 'secrets', 'commit');
  const laxAtTop = config('  - path_regex: .*\n    encrypted_regex: ^nothing$\n', '', 'commit');
  const own = config('  - path_regex: app/.*\n', '', 'commit');

  it('naive control: a nearer and laxer one takes the demand away', () => {
    expect(naive('secrets/db.yaml', [strict, lax])).toEqual([]);
  });

  it.each([
    ['nearer and laxer, the protected one still demands', 'secrets/db.yaml', [strict, lax]],
    ['in the same place, the protected one still demands', 'secrets/db.yaml', [strict, laxAtTop]],
    ['stricter, it demands as well', 'app/db.yaml', [strict, own]],
  ])('%s', (_name, path, configs) => {
    expect(told(path, plain, configs)).toEqual([DEMANDED]);
  });

  it('one that both trees have demands once', () => {
    const both = config('  - path_regex: secrets/.*\n', '');
    expect(told('secrets/db.yaml', plain, [both])).toEqual([DEMANDED]);
  });
});

describe('a whole sops block whose own selection encrypts less than is demanded', () => {
  const good = sopsValue('good');
  const nothing = sopsBlock('  encrypted_regex: ^nothing$\n');
  const named = config('  - path_regex: secrets/.*\n    encrypted_regex: ^(data|dsn)$\n', '');

  it('naive control: the file is whole SOPS, and every value in it is plain', () => {
    expect(told('secrets/db.yaml', `database: ${PASSWORD}\n${nothing}`)).toEqual([]);
  });

  it.each([
    ['nothing at all', [strict], `database: ${PASSWORD}\n${nothing}`, [DEMANDED]],
    ['what the demand names, left out', [named], `dsn: x\ndata: ${good}\n${nothing}`, [DEMANDED]],
    [
      'a password beside ciphertext',
      [strict],
      `a: ${good}\npassword: ${PASSWORD}\n${sopsBlock('  encrypted_regex: ^a$\n')}`,
      [DEMANDED],
    ],
  ])('%s, told', (_name, configs, text, findings) => {
    expect(told('secrets/db.yaml', text, configs)).toEqual(findings);
  });

  it.each([
    [
      'a manifest whose data alone is encrypted',
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  p: ${good}\n${sopsBlock()}`,
    ],
    [
      'settings beside encrypted passwords',
      `replicas: 3\nhost: db\npassword: ${good}\n${sopsBlock('  encrypted_regex: ^password$\n')}`,
    ],
    [
      'leaves chosen by comments',
      `a: 1\npassword: ${good}\n${sopsBlock('  encrypted_comment_regex: secret\n')}`,
    ],
    [
      'leaves left out by comments',
      `a: 1 # plain\npassword: ${good}\n${sopsBlock('  unencrypted_comment_regex: plain\n')}`,
    ],
    [
      'a mac over ciphertext only',
      `password: ${good}\n${sopsBlock('  mac_only_encrypted: true\n')}`,
    ],
  ])('%s, clean', (_name, text) => {
    expect(told('secrets/db.yaml', text, [strict])).toEqual([]);
  });
});

describe('a demand on files that are no YAML', () => {
  const rules = config(
    '  - path_regex: \\.env$\n    encrypted_regex: _KEY$\n  - path_regex: \\.(pem|ini|bin)$\n',
    '',
  );
  const binary = JSON.stringify({ data: sopsValue('pem', 900), sops: {} });

  it.each([
    ['dotenv, a selected line', 'a.env', `A=1\nB_KEY=${PASSWORD}\n`, [DEMANDED]],
    ['dotenv, no selected line', 'a.env', 'A=1\n', []],
    ['ini', 'a.ini', `[db]\nhost = ${PASSWORD}\n`, [DEMANDED]],
    ['a key', 'a.pem', `anything ${PASSWORD}\n`, [DEMANDED]],
    ['bytes', 'a.bin', Buffer.from(`\0\x01${base64(PASSWORD)}`), [DEMANDED]],
    ['ciphertext without a block', 'a.pem', binary, [DEMANDED]],
  ])('%s, judged by its own form', (_name, path, content, findings) => {
    expect(told(path, content, [rules])).toEqual(findings);
  });
});
