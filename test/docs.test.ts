import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONDITION_TYPES } from '../src/api/conditions.ts';
import { NOTE_REASONS, STOP_REASONS } from '../src/api/reasons.ts';
import { nodesOf } from './support/crd-fields.ts';
import { readCrd, schemaOf } from './support/crd-schema.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPO_PAGE = 'docs/spec/guardedrepo.md';
const BEGIN = /<!-- reasons: [^>]*-->\n/;
const END = '<!-- /reasons -->';

const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => `docs/${path}`);
const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inDocs];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('docs/spec', () => {
  it('every reason, with its doc line', () => {
    const page = read(REPO_PAGE);
    const start = BEGIN.exec(page);
    const from = (start?.index ?? 0) + (start?.[0].length ?? 0);
    const wanted = `\n${reasonLines().join('\n')}\n\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') {
      const after = page.slice(page.indexOf(END));
      writeFileSync(join(ROOT, REPO_PAGE), page.slice(0, from) + wanted + after);
    }
    const now = read(REPO_PAGE);
    expect(now.slice(from, now.indexOf(END))).toBe(wanted);
  });

  it('every condition, in the table', () => {
    const rows = firstCells(read(REPO_PAGE));
    expect(CONDITION_TYPES.filter((type) => !rows.has(type))).toEqual([]);
  });

  it.each([
    [REPO_PAGE, 'guardedrepos', ['spec', 'status']],
    ['docs/spec/signerset.md', 'signersets', ['spec']],
  ])('%s, every field of the CRD', (path, plural, parts) => {
    const rows = firstCells(read(path));
    const fields = parts.flatMap((part) =>
      nodesOf(schemaOf(readCrd(plural), part), part).map((found) => found.path),
    );
    const told = fields
      .filter((field) => field.includes('.') && !field.endsWith('[]'))
      // The members of a condition are those of every Kubernetes condition.
      .filter((field) => !field.startsWith('status.conditions[]'))
      .map((field) => field.replace(/^(spec|status)[.]/, ''))
      .filter((field) => !['targets[].drift', 'anchor'].includes(field));
    expect(told.filter((field) => !rows.has(field))).toEqual([]);
  });
});

describe('docs', () => {
  it('every flag of the operator, in operations.md', () => {
    const flags = [...read('src/config.ts').matchAll(/^ {2}'?([a-z-]+)'?: \{ type: /gm)];
    const names = flags.map((match) => `--${match[1] ?? ''}`);
    const rows = firstCells(read('docs/operations.md'));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !rows.has(name))).toEqual([]);
  });

  it('every metric of the operator, in operations.md', () => {
    const source = read('src/adapters/telemetry/meter.ts');
    const names = [...source.matchAll(/'((?:gitward|controller_runtime)_[a-z_]+)'/g)];
    const rows = firstCells(read('docs/operations.md'));
    expect(names.map((match) => match[1] ?? '').filter((name) => !rows.has(name))).toEqual([]);
  });

  it('every dependency, with its reason', () => {
    // npm's own format.
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const used = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    expect([...firstCells(read('docs/dependencies.md'))].toSorted()).toEqual(used.toSorted());
  });

  it.each(pages)('%s, every link leads somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });
});

function reasonLines(): readonly string[] {
  const stops = Object.entries(STOP_REASONS).map(
    ([reason, { kind, condition, doc }]) => `- \`${reason}\` (${kind}, \`${condition}\`): ${doc}`,
  );
  const notes = Object.entries(NOTE_REASONS).map(([reason, doc]) => `- \`${reason}\`: ${doc}`);
  return [
    'Stops, with the kind and the condition that turns bad:',
    '',
    ...stops,
    '',
    'The others:',
    '',
    ...notes,
  ];
}

/** What stands in code font in the first column of the page's tables. */
function firstCells(page: string): ReadonlySet<string> {
  const rows = [...page.matchAll(/^\| ([^|]*)\|/gm)].map((match) => match[1] ?? '');
  return new Set(rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? '')));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  if (anchor === undefined) return true;
  const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
  const anchors = headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  return anchors.includes(anchor);
}
