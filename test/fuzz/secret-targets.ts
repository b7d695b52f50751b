import { parseToml } from '../../src/document/toml.ts';
import { parsePushed, parseReceived } from '../../src/cli/hook/updates.ts';
import {
  fileScanner,
  parseBaseline,
  parseGitleaksConfig,
  parseIgnoreFile,
} from '../../src/secrets/index.ts';
import { compileRegex } from '../../src/secrets/regex/compile.ts';
import { linearRegex } from '../../src/secrets/regex/linear.ts';
import { parseSopsConfig } from '../../src/secrets/structure/sops-config.ts';
import { sopsSecret } from '../support/sops.ts';
import { holds, latin1, texts, utf8 } from './target.ts';
import type { Target } from './target.ts';

const RULES = `title = "team"
[extend]
useDefault = true
[[rules]]
id = "team-token"
regex = '''(?i)team_[a-z0-9]{20}'''
keywords = ["team_"]
entropy = 3.1
[[rules.allowlists]]
condition = "AND"
paths = ['''docs/.*''']
stopwords = ["example"]
[[allowlists]]
targetRules = ["team-token"]
commits = ["abcdef0"]
`;

const toml: Target = {
  name: "gitleaks' TOML",
  words: ['[[rules]]\n', 'regex = ', "'''", '(?i)', '{1,1000}', '__proto__ = ', '[a.b]\n', '"\\u'],
  seeds: async () => texts(RULES, '[allowlist]\npaths = ["a"]\n', 'a = 1979-05-27T07:32:00Z\n'),
  run: (bytes) => {
    parseToml(bytes, { maxBytes: 65_536, maxDepth: 16, maxNodes: 2_000 });
    const read = parseGitleaksConfig(bytes);
    if (!read.ok) return;
    for (const { id, regex, path } of read.value.rules.rules) {
      holds(id !== '', 'a rule has a name');
      holds(regex !== undefined || path !== undefined, `rule ${id} can find something`);
    }
  },
};

const TEXTS = ['', 'a', 'aaaaaaaaaaaaaaaa', 'token = abc123\n', '\u00ff\n-----BEGIN A-----\n'];

const regexes: Target = {
  name: 'regular expressions',
  words: [
    '(?i)',
    '(?:',
    ')',
    '{2,5}',
    '[^',
    ']',
    '\\b',
    '\\x{',
    '|',
    '*?',
    '$',
    '[[:alnum:]]',
    '.',
  ],
  seeds: async () =>
    texts('(?i)key_[a-z0-9]{16,32}(?:["\' ]|$)', '\\b(ab|cd)+?x{2}\\z', '[\\w.-]*='),
  run: (bytes) => {
    const source = utf8(bytes);
    const compiled = compileRegex(source);
    if (!compiled.ok || compiled.value.engine === 'linear') return;
    const linear = linearRegex(source);
    holds(linear.ok, 'what V8 may run, the linear engine can');
    if (!linear.ok) return;
    const native = new RegExp(compiled.value.js);
    for (const text of TEXTS) {
      const [one, other] = [native.exec(text), linear.value.exec(text, 0)];
      holds(one?.index === other?.start, 'both engines begin at the same place');
      const end = one === null ? undefined : one.index + one[0].length;
      holds(end === other?.end, 'both engines end at the same place');
    }
  },
};

const lists: Target = {
  name: 'ignore files and baselines',
  words: [
    'a.yaml:rule:3\n',
    `${'a'.repeat(40)}:f:r:1\n`,
    `${'0'.repeat(32)}\n`,
    '#',
    '[{',
    '"Secret":',
  ],
  seeds: async () =>
    texts(
      `# why\n${'0'.repeat(32)} # rotated\ndeploy/a.yaml:some-rule:12\n`,
      '[{"RuleID":"r","File":"f","StartLine":1,"Secret":"REDACTED","Commit":"c"}]',
    ),
  run: (bytes) => {
    parseIgnoreFile(bytes);
    parseBaseline(bytes, 'salt');
  },
};

const sopsConfig: Target = {
  name: '.sops.yaml',
  words: ['creation_rules:\n', '- path_regex: ', 'encrypted_regex: ', '^(', '*', '&a ', '  '],
  seeds: async () =>
    texts('creation_rules:\n  - path_regex: .*\\.yaml$\n    encrypted_regex: ^data$\n'),
  run: (bytes) => void parseSopsConfig(bytes, ''),
};

const hookInput: Target = {
  name: 'what git tells its hooks',
  words: ['refs/heads/main', '0'.repeat(40), ' ', '\n', '(delete)'],
  seeds: async () =>
    texts(
      `${'0'.repeat(40)} ${'a'.repeat(40)} refs/heads/main\n`,
      `refs/heads/a ${'a'.repeat(40)} refs/heads/a ${'b'.repeat(40)}\n`,
    ),
  run: (bytes) => {
    parseReceived(utf8(bytes));
    parsePushed(utf8(bytes));
  },
};

const plan = { dialect: 'gitward', inlineAllow: false, salt: 'salt', sops: [] } as const;
const scanner = fileScanner(plan, () => performance.now());

const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: a}
data:
  password: aHVudGVyMg==
stringData:
  dsn: postgres://app:pw-in-url@db/app
`;

const PATHS = [
  'deploy/a.yaml',
  'a.json',
  'values.yaml',
  'templates/a.yaml',
  'kustomization.yaml',
  '.env',
  'a.tfstate',
];

const files: Target = {
  name: 'files with secrets',
  words: [
    'kind: Secret\n',
    'stringData:\n',
    '{{ ',
    ' }}',
    'ENC[AES256_GCM,',
    'sops:\n',
    '&a',
    '*a',
    '---\n',
    '|\n',
    '"data":',
    '\t',
    '  ',
  ],
  seeds: async () =>
    texts(SECRET, sopsSecret('a', { b: 'c' }), `{"items":[{"kind":"Secret","data":{"a":"YWJj"}}]}`),
  run: (bytes) => {
    const path = PATHS[bytes.length % PATHS.length] ?? 'a.yaml';
    const { findings } = scanner.scan({ path, bytes });
    const lines = latin1(bytes).split('\n').length;
    for (const { line, endLine } of findings) {
      holds(line >= 0 && line <= endLine && endLine <= lines, 'a finding lies in the file');
    }
  },
};

/** Everything that the scanner of secrets reads. */
export const SECRET_TARGETS: readonly Target[] = [
  toml,
  regexes,
  lists,
  sopsConfig,
  hookInput,
  files,
];
