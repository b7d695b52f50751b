import type { RuleId } from '../../../src/api/validate.ts';
import type { Row } from './case.ts';

const url = (name: string, value: string, ...rules: readonly RuleId[]): Row => [
  name,
  { 'source.url': value },
  ...rules.map((rule) => ['spec.source.url', rule] as const),
];

/** Addresses of Git servers. */
export const URLS: readonly Row[] = [
  url('plain http, left to the flag of the operator', 'http://git.example.com/a.git'),
  url('a port, accepted', 'https://git.example.com:8443/a.git'),
  url('an IPv6 host, accepted', 'https://[2001:db8::1]:8443/a.git'),
  url('a space as %20, accepted', 'https://git.example.com/My%20Team/_git/app'),
  url('@ in the path, accepted', 'https://git.example.com/@team/app.git'),
  url('a trailing slash, accepted', 'https://git.example.com/app/'),
  url('a host alone, path', 'https://git.example.com', 'url-path'),
  url('a host and a slash, path', 'https://git.example.com/', 'url-path'),
  url('ssh, no https', 'ssh://git@git.example.com/a.git', 'pattern'),
  url('scp form, no https', 'git@git.example.com:a.git', 'pattern'),
  url('a local file, no https', 'file:///srv/git/a.git', 'pattern'),
  url('ext transport, no https', 'ext::sh -c id', 'pattern'),
  url('HTTPS in capitals, no https', 'HTTPS://git.example.com/a.git', 'pattern'),
  url('a space, not printable ASCII', 'https://git.example.com/a b.git', 'pattern'),
  url('a line break, not printable ASCII', 'https://git.example.com/a.git\r\nX-A: b', 'pattern'),
  url('a name in Cyrillic, not printable ASCII', 'https://gіt.example.com/a.git', 'pattern'),
  url('nothing after the scheme, too short', 'https://', 'length'),
  url('8 KiB, too long', `https://git.example.com/${'a'.repeat(8192)}`, 'length'),
  url('user and password, credentials', 'https://u:p@git.example.com/a.git', 'url-credentials'),
  url('a token as user, credentials', 'https://token@git.example.com/a.git', 'url-credentials'),
  url('an empty user, credentials', 'https://@git.example.com/a.git', 'url-credentials'),
  url('two @, credentials', 'https://a@b@git.example.com/a.git', 'url-credentials'),
  url('no host, no host', 'https:///git.example.com/a.git', 'url-host'),
  url('a host that is an option, no host', 'https://-oProxyCommand=id/a.git', 'url-host'),
  url(
    'a backslash and @ in the host, credentials',
    'https://good.example\\@evil.example/a',
    'url-credentials',
  ),
  url('a backslash in the host, no host', 'https://good.example\\evil.example/a', 'url-host'),
  url('port 0, no host', 'https://git.example.com:0/a.git', 'url-host'),
  url('port 65536, no host', 'https://git.example.com:65536/a.git', 'url-host'),
  url('a port without digits, no host', 'https://git.example.com:/a.git', 'url-host'),
  url('an escaped host, no host', 'https://git%2eexample.com/a.git', 'url-host', 'url-path'),
  url('a query, query', 'https://git.example.com/a.git?token=1', 'url-query'),
  url('a fragment, query', 'https://git.example.com/a.git#main', 'url-query'),
  url('a query after the host, query', 'https://git.example.com?a@b', 'url-query', 'url-path'),
  url('a parent segment, path', 'https://git.example.com/a/../b.git', 'url-path'),
  url('a parent segment at the end, path', 'https://git.example.com/a/..', 'url-path'),
  url('an escaped parent segment, path', 'https://git.example.com/a/%2E%2e/b.git', 'url-path'),
  url('an escaped slash, path', 'https://git.example.com/a%2Fb.git', 'url-path'),
  url('an escaped line break, path', 'https://git.example.com/a%0d%0a', 'url-path'),
  url('a half escape, path', 'https://git.example.com/a%2', 'url-path'),
  url('an empty segment, path', 'https://git.example.com//a.git', 'url-path'),
  url('a backslash, path', 'https://git.example.com/a\\b', 'url-path'),
];

const branch = (value: string, rule?: RuleId): Row => [
  `branch ${value.slice(0, 40)}, ${rule ?? 'accepted'}`,
  { 'source.ref.branch': value },
  ...(rule === undefined ? [] : [['spec.source.ref.branch', rule] as const]),
];

/** Branch names. */
export const BRANCHES: readonly Row[] = [
  branch('release/1.2'),
  branch('feature/#12_a+b=c@d'),
  branch('1234567890abcdef1234567890abcdef12345678'),
  branch('', 'length'),
  branch('b'.repeat(251), 'length'),
  branch('-main', 'pattern'),
  branch('/main', 'pattern'),
  branch('.main', 'pattern'),
  branch('@', 'pattern'),
  branch('a b', 'pattern'),
  branch('main~1', 'pattern'),
  branch('main^', 'pattern'),
  branch('a:b', 'pattern'),
  branch('a*', 'pattern'),
  branch('a@{1}', 'pattern'),
  branch('größe', 'pattern'),
  branch('a..b', 'branch-name'),
  branch('a//b', 'branch-name'),
  branch('a/.b', 'branch-name'),
  branch('a.', 'branch-name'),
  branch('a/', 'branch-name'),
  branch('a.lock', 'branch-name'),
  branch('a.lock/b', 'branch-name'),
  branch('refs/heads/main', 'branch-name'),
];

/** Names of Secrets, SignerSets and commits. */
export const REFERENCES: readonly Row[] = [
  [
    'a Secret of another namespace, no name',
    { 'source.secretRef': { name: 'other/git' } },
    ['spec.source.secretRef.name', 'pattern'],
  ],
  [
    'a Secret in capitals, no name',
    { 'source.secretRef': { name: 'Git' } },
    ['spec.source.secretRef.name', 'pattern'],
  ],
  ['a Secret with dots, accepted', { 'source.secretRef': { name: 'git.payments' } }],
  [
    'a Secret with two dots, no name',
    { 'source.secretRef': { name: 'git..payments' } },
    ['spec.source.secretRef.name', 'pattern'],
  ],
  ['an empty list of signers, too few', { 'verify.signers': [] }, ['spec.verify.signers', 'count']],
  [
    '33 signers, too many',
    { 'verify.signers': Array.from({ length: 33 }, (_, i) => `s${i}`) },
    ['spec.verify.signers', 'count'],
  ],
  [
    'the same signers twice, duplicate',
    { 'verify.signers': ['a', 'b', 'a'] },
    ['spec.verify.signers[2]', 'duplicate'],
  ],
  ['an empty signer, too short', { 'verify.signers': [''] }, ['spec.verify.signers[0]', 'length']],
  [
    'a wildcard as signer, no name',
    { 'verify.signers': ['*'] },
    ['spec.verify.signers[0]', 'pattern'],
  ],
  [
    'startAt in capitals, no commit',
    { 'verify.startAt': { commit: 'A'.repeat(40) } },
    ['spec.verify.startAt.commit', 'pattern'],
  ],
  [
    'a short startAt, too short',
    { 'verify.startAt': { commit: 'abc1234' } },
    ['spec.verify.startAt.commit', 'length'],
  ],
  [
    'startAt as branch, too short',
    { 'verify.startAt': { commit: 'main' } },
    ['spec.verify.startAt.commit', 'length'],
  ],
];
