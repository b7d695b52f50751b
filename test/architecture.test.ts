import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The house of DESIGN §3: who may import whom. A room that is not listed here may not exist. */
const SRC = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

const SHARED = ['api', 'domain'];
const PURE: Readonly<Record<string, readonly string[]>> = {
  api: [],
  domain: ['api'],
  document: SHARED,
  commit: SHARED,
  signature: [...SHARED, 'commit'],
  secrets: [...SHARED, 'document'],
  policy: [...SHARED, 'commit', 'signature', 'secrets', 'posture'],
  render: [...SHARED, 'document'],
  drift: SHARED,
  admission: [...SHARED, 'drift'],
  posture: SHARED,
  audit: SHARED,
  alert: SHARED,
};
const LINES = [...Object.keys(PURE), 'worker/port.ts'];
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  ...PURE,
  reconcile: [...LINES, 'guard'],
  guard: [...LINES, 'reconcile/ports.ts', 'reconcile/telemetry.ts'],
  worker: Object.keys(PURE),
  adapters: [
    ...SHARED,
    'reconcile/ports.ts',
    'reconcile/telemetry.ts',
    'policy/ledger.ts',
    'worker',
    'adapters/net',
    'config.ts',
  ],
  wire: ['*'],
  cli: ['*'],
  'config.ts': [],
  'main.ts': ['*'],
};

/** One door per library. `import type` needs the door as well. */
const DOORS: Readonly<Record<string, RegExp>> = {
  openpgp: /^signature\/openpgp/,
  semver: /^policy\/version\.ts$/,
  yaml: /^document\//,
  'smol-toml': /^document\/toml\.ts$/,
  re2js: /^secrets\/regex\/linear/,
  pino: /^adapters\/telemetry\//,
  'prom-client': /^adapters\/telemetry\//,
  '@kubernetes/client-node': /^adapters\/kube\//,
  'isomorphic-git': /^adapters\/git\//,
  ssh2: /^adapters\/git\/wire\/ssh/,
  undici: /^adapters\/(kube|net)\//,
};

/** What a pure room may take from Node: deterministic computation only. */
const PURE_NODE = new Set(['node:crypto', 'node:buffer', 'node:util', 'node:zlib']);

/** The one that loads libraries later. */
const LOADER = 'domain/library.ts';

const IMPURE =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.|setTimeout\(|setInterval\(|performance\.now\(|fetch\()|randomBytes|randomUUID/;

type File = Readonly<{ path: string; text: string; imports: readonly string[] }>;

function read(): readonly File[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => {
      const text = readFileSync(join(SRC, path), 'utf8');
      const imports = [...text.matchAll(/^(?:import|export)\b[^;'"]*?from\s+'([^']+)'/gms)];
      const bare = [
        ...text.matchAll(/^import\s+'([^']+)'|\b(?:import|loadLibrary)\('([^']+)'\)/gm),
      ];
      const names = [...imports, ...bare].map((match) => match[1] ?? match[2] ?? '');
      return { path, text, imports: names };
    });
}

const roomOf = (path: string): string => path.split('/')[0] ?? path;

function mayImport(from: string, to: string): boolean {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === 'adapters') {
    const own = from.split('/').slice(0, 2).join('/');
    if (to.startsWith(`${own}/`) || !from.slice('adapters/'.length).includes('/')) return true;
  } else if (room === target) return true;
  const allowed = ROOMS[room] ?? [];
  return allowed.some((rule) => rule === '*' || to === rule || to.startsWith(`${rule}/`));
}

describe('architecture', () => {
  const files = read();

  it('every room, known', () => {
    const unknown = files.map((file) => roomOf(file.path)).filter((room) => !(room in ROOMS));
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('every relative import, along the graph', () => {
    const crossings = files.flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(SRC, resolve(SRC, dirname(file.path), name)))
        .filter((target) => !mayImport(file.path, target))
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(crossings).toEqual([]);
  });

  it('every library, through its door', () => {
    const strays = files.flatMap((file) =>
      file.imports
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .filter((name) => !(DOORS[name]?.test(file.path) ?? false))
        .map((name) => `${file.path} -> ${name}`),
    );
    expect(strays).toEqual([]);
  });

  it('what loads libraries later, one place of the pure rooms', () => {
    const pure = files.filter((file) => roomOf(file.path) in PURE);
    const loaders = pure.filter((file) => /createRequire|getBuiltinModule/.test(file.text));
    expect(loaders.map((file) => file.path)).toEqual([LOADER]);
  });

  it('pure rooms, no clock, randomness, environment or I/O', () => {
    const pure = files.filter((file) => roomOf(file.path) in PURE);
    const leaks = pure.flatMap((file) => {
      const nodes = file.imports.filter(
        (name) =>
          name.startsWith('node:') &&
          !PURE_NODE.has(name) &&
          !(name === 'node:module' && file.path === LOADER),
      );
      const code = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const impure = IMPURE.exec(code)?.[0];
      return [...nodes, ...(impure === undefined ? [] : [impure])].map((x) => `${file.path}: ${x}`);
    });
    expect(leaks).toEqual([]);
  });

  it.each([
    ['mintAcceptedCommit', 'policy/decide.ts', 'AcceptedCommit'],
    ['mintApprovedPlan', 'drift/operation.ts', 'ApprovedPlan'],
  ])('%s, called in %s only, and its type never cast to', (mint, minter, proof) => {
    const users = files.filter(
      ({ path, text }) => path !== 'domain/proof.ts' && text.includes(mint),
    );
    expect(users.map((file) => file.path)).toEqual([minter]);
    const cast = new RegExp(`\\bas (unknown as )?${proof}\\b|<${proof}>\\s*[({]`);
    const casts = files.filter(({ path, text }) => path !== 'domain/proof.ts' && cast.test(text));
    expect(casts.map((file) => file.path)).toEqual([]);
  });

  it('process.env, read by the entries and config only', () => {
    const readers = files.filter((file) => /process\.env/.test(file.text)).map((file) => file.path);
    const allowed = new Set(['config.ts', 'main.ts', 'cli/main.ts']);
    expect(readers.filter((path) => !allowed.has(path))).toEqual([]);
  });

  it('size, no file over 300 lines and a median near 70', () => {
    const lines = files.map((file) => file.text.split('\n').length).toSorted((a, b) => a - b);
    expect(lines.at(-1)).toBeLessThanOrEqual(300);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(110);
  });

  it('names, no room without a subject', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|manager|service)(\.ts|\/)/;
    expect(files.filter((file) => vague.test(file.path)).map((file) => file.path)).toEqual([]);
  });

  it('a naive house that imports across, found', () => {
    expect(mayImport('drift/compare.ts', 'adapters/kube/client.ts')).toBe(false);
    expect(mayImport('adapters/git/embedded.ts', 'adapters/kube/client.ts')).toBe(false);
    expect(mayImport('adapters/git/embedded.ts', 'policy/decide.ts')).toBe(false);
    expect(mayImport('signature/openpgp.ts', 'policy/decide.ts')).toBe(false);
  });
});
