import { judgeHostKey, parseKnownHosts } from '../../src/adapters/git/wire/known-hosts.ts';
import { parseGitUrl } from '../../src/adapters/net/git-url.ts';
import { parseSshUrl } from '../../src/adapters/net/ssh-url.ts';
import { parseApprovals } from '../../src/policy/approval.ts';
import { repositoryIdentity } from '../../src/policy/identity.ts';
import { matchesPath, patternProblem } from '../../src/policy/pattern.ts';
import { formatStatement, parseStatement } from '../../src/policy/statement.ts';
import { compareVersions, highestTag } from '../../src/policy/version.ts';
import { parseKustomization } from '../../src/render/kustomization.ts';
import { DEFAULT_RENDER_LIMITS } from '../../src/render/limits.ts';
import { matchesPrincipal } from '../../src/signature/index.ts';
import { craftKey } from '../support/ssh-craft.ts';
import { holds, latin1, texts, utf8 } from './target.ts';
import type { Target } from './target.ts';

const STATEMENT = [
  'gitward approval v1',
  'repository git.example.com/team/app',
  'ref refs/heads/main',
  `commit ${'a'.repeat(40)}`,
  'rule prod',
  'expires 2027-01-01T00:00:00Z',
  '',
].join('\n');

const SIGNED = `${STATEMENT}-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n`;

const approvals: Target = {
  name: 'approvals note',
  words: [
    'gitward approval v1\n',
    'repository ',
    'expires ',
    '\n\n',
    '-----BEGIN SSH SIGNATURE-----\n',
  ],
  seeds: async () => texts(STATEMENT, SIGNED, `${SIGNED}\n${SIGNED}`),
  run: (bytes) => {
    const { approvals: found } = parseApprovals(bytes);
    for (const { statement, payload } of found) {
      holds(
        Buffer.from(formatStatement(statement)).equals(payload),
        'stated again, the same bytes',
      );
      holds(latin1(bytes).includes(latin1(payload)), 'what is signed stands in the note');
    }
    const one = parseStatement(bytes);
    if (one !== undefined) {
      holds(Buffer.from(formatStatement(one)).equals(bytes), 'a statement has one form');
    }
  },
};

const kustomization: Target = {
  name: 'kustomization',
  words: [
    'resources:\n',
    '- ../base\n',
    'patches:\n',
    'https://',
    '&a ',
    '*a',
    '!!',
    '  ',
    '{',
    '[',
    '%',
  ],
  seeds: async () =>
    texts(
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../../base\n- a.yaml\npatches:\n- path: p.yaml\n',
      'resources: [a, b]\nconfigMapGenerator:\n- name: x\n  files: [y=z.txt]\n',
    ),
  run: (bytes) => void parseKustomization(bytes, DEFAULT_RENDER_LIMITS),
};

const patterns: Target = {
  name: 'path patterns',
  words: ['**', '*', '?', '/', '**/', 'deploy/prod/', '\n', 'a*a*a*a*', '!'],
  seeds: async () => texts('deploy/prod/**\ndeploy/prod/a.yaml', '**/x?/*.yaml\na/b/xy/c.yaml'),
  run: (bytes) => {
    const [pattern = '', path = ''] = utf8(bytes).split('\n');
    const isCovered = matchesPath(pattern, path);
    if (patternProblem(pattern) !== undefined) holds(isCovered, 'a broken rule covers every path');
    else if (!/[*?]/.test(pattern)) holds(isCovered === (pattern === path), 'plain is plain');
  },
};

const principals: Target = {
  name: 'principal patterns',
  words: ['*', '?', '!', ',', '@example.com', '\n', '**********a'],
  seeds: async () => texts('*@example.com,!b@example.com\na@example.com'),
  run: (bytes) => {
    const [list = '', address = ''] = utf8(bytes).split('\n');
    const all = list.split(',');
    const isListed = matchesPrincipal(all, address);
    holds(
      !matchesPrincipal([...all, `!${address.replaceAll(/[*?]/g, '?')}`], address),
      'taken off',
    );
    holds(!isListed || all.some((one) => !one.startsWith('!')), 'negations alone list nobody');
  },
};

const OPEN = { allowHttp: true, allowPrivateAddresses: false };

const urls: Target = {
  name: 'git URL',
  words: [
    'https://',
    'http://',
    'ssh://',
    'git@',
    '[::1]',
    '127.0.0.1',
    '@',
    '..',
    '%2e',
    '#',
    '?',
    ':22',
    '\\',
  ],
  seeds: async () =>
    texts(
      'https://git.example.com/team/app.git',
      'ssh://git@git.example.com:22/team/app.git',
      'git@git.example.com:team/app.git',
      'http://[2606:4700::1]:8080/x',
    ),
  run: (bytes) => {
    const text = utf8(bytes);
    const parsed = parseGitUrl(text, OPEN);
    if (parsed.ok) {
      const { protocol, username, password, hash, search } = parsed.value;
      holds(['https:', 'http:'].includes(protocol), 'http or https');
      holds(`${username}${password}${hash}${search}` === '', 'no userinfo, query or fragment');
    }
    parseSshUrl(text, OPEN);
    const identity = repositoryIdentity(text);
    if (identity === undefined) return;
    // Hosts in brackets have no scp form, names that end like an IPv4 address no URL.
    const spellings = [`https://${identity}`, `git@${identity.replace('/', ':')}`];
    holds(spellings.map(repositoryIdentity).includes(identity), 'an identity names itself');
  },
};

const HOST_KEY = craftKey('ssh-ed25519');

const knownHosts: Target = {
  name: 'known_hosts',
  words: ['@revoked ', '@cert-authority ', '|1|', '[git.example.com]:22', ',', '!', '*', '\n'],
  seeds: async () =>
    texts(
      `git.example.com ${HOST_KEY.line}\n@revoked * ${HOST_KEY.line}\n`,
      `|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= ${HOST_KEY.line}\n`,
    ),
  run: (bytes) => {
    const hosts = parseKnownHosts(utf8(bytes)) ?? [];
    const verdict = judgeHostKey(hosts, 'git.example.com', Buffer.from('another key'));
    holds(verdict !== 'known', 'a key that is not listed is not known');
  },
};

const versions: Target = {
  name: 'versions of tags',
  words: ['v', '1.2.3', '-rc.1', '+b', '^', '~', '||', '>=', 'x', '\n', '0'],
  seeds: async () => texts('^1.2\nv1.2.3\nv1.10.0\n1.2.3-rc.1\n', '>=1 <3 || 5.x\nv2\n'),
  run: (bytes) => {
    const [range = '', ...tags] = utf8(bytes).split('\n');
    const best = highestTag(tags, range);
    holds(best === undefined || tags.includes(best), 'the highest is one of them');
    const [a = '', b = ''] = tags;
    const [there, back] = [compareVersions(a, b), compareVersions(b, a)];
    holds(
      there === undefined || back === undefined || there + back === 0,
      'an order has two sides',
    );
  },
};

/** What is read as text: notes, files, fields of a GuardedRepo. */
export const TEXT_TARGETS: readonly Target[] = [
  ...[approvals, kustomization, patterns, principals, urls, knownHosts, versions],
];
