import { oneOf } from '../../support/picker.ts';
import type { Pick } from '../../support/picker.ts';

/** Oids that a mutant may name: they exist, so nothing is refused for being absent. */
export type Known = Readonly<{
  trees: readonly [string, ...string[]];
  commits: readonly [string, ...string[]];
}>;

/** Disturbs a commit's bytes, as text of one character a byte, in one way. */
export type Mutator = (text: string, pick: Pick, known: Known) => string;

const BYTES = [0x0a, 0x20, 0x0d, 0x00, 0x09, 0x2d, 0x3c, 0x3e, 0x41, 0x80, 0xff] as const;

const NAMES = [
  ...['tree', 'parent', 'author', 'committer', 'encoding', 'gpgsig', 'gpgsig-sha256'],
  ...['mergetag', 'gpgsigx', 'Tree', 'HG:extra', 'x', ''],
] as const;

const ENCODINGS = ['UTF-8', 'ISO-8859-1', 'utf-16', '', ' x', 'a b', '\u0080'] as const;

const ARMOR = [
  '-----BEGIN PGP SIGNATURE-----',
  '-----END PGP SIGNATURE-----',
  '-----BEGIN SSH SIGNATURE-----',
  '-----END SSH SIGNATURE-----',
  '-----END SIGNED MESSAGE-----',
  'Comment: x',
  'Hash: SHA256',
  'Evil: x',
  '=AAAA',
  'iQ==',
  '',
] as const;

const IDENTS = [
  'A <a@x> 1 +0000',
  'A <a@x> 1 +000',
  'A <a@x>  1 +0000',
  'A <a@x> -1 +0000',
  'A <a@x> 99999999999999 +0000',
  'A <a@x> 01 +0000',
  'A a@x 1 +0000',
  'A <a@x 1 +0000',
  'A <a<@x> 1 +0000',
  '<a@x> 1 +0000',
  ' <a@x> 1 +0000',
  'A <> 1 +0000',
  'A <a@x> 1 +9999',
  'A <a@x> 1 -1260',
  'A <a@x> 1',
] as const;

type Parts = Readonly<{ lines: string[]; body: string }>;

function split(text: string): Parts {
  const end = text.indexOf('\n\n');
  return end === -1
    ? { lines: text.split('\n'), body: '' }
    : { lines: text.slice(0, end).split('\n'), body: text.slice(end) };
}

/** Works on the header lines in place. */
function onLines(
  change: (lines: string[], at: number, more: Readonly<{ pick: Pick; known: Known }>) => void,
): Mutator {
  return (text, pick, known) => {
    const { lines, body } = split(text);
    change(lines, pick(lines.length), { pick, known });
    return lines.join('\n') + body;
  };
}

function headerLine({ pick, known }: Readonly<{ pick: Pick; known: Known }>): string {
  const name = oneOf(NAMES, pick);
  const values = [
    oneOf(known.trees, pick),
    oneOf(known.commits, pick),
    oneOf(IDENTS, pick),
  ] as const;
  return `${name} ${oneOf([...values, oneOf(ENCODINGS, pick), oneOf(ARMOR, pick)], pick)}`;
}

/** Edits of whole header lines. */
const LINE_MUTATORS: readonly Mutator[] = [
  onLines((lines, at, more) => lines.splice(at, 0, headerLine(more))),
  onLines((lines, at, more) => lines.splice(at, 1, headerLine(more))),
  onLines((lines, _at, more) => lines.push(headerLine(more))),
  onLines((lines, at) => lines.splice(at, 1)),
  onLines((lines, at, { pick }) => lines.splice(at, 0, lines[pick(lines.length)] ?? '')),
  onLines((lines, at, { pick }) => {
    const [moved = ''] = lines.splice(at, 1);
    lines.splice(pick(lines.length + 1), 0, moved);
  }),
  onLines((lines, at) => lines.splice(at, 1, ` ${lines[at] ?? ''}`)),
  onLines((lines, at) => lines.splice(at, 1, (lines[at] ?? '').replace(/^ /, ''))),
  onLines((lines, at, { pick }) => lines.splice(at, 0, ` ${oneOf(ARMOR, pick)}`)),
  onLines((lines, at, { pick }) =>
    lines.splice(at, 1, `${lines[at] ?? ''}${oneOf([' ', '\r', '\t'], pick)}`),
  ),
  onLines((lines, at) => lines.splice(at, 1, (lines[at] ?? '').toUpperCase())),
  onLines((lines, _at, { known, pick }) => replaceStart(lines, 'tree ', oneOf(known.trees, pick))),
  onLines((lines, _at, { known, pick }) =>
    replaceStart(lines, 'parent ', oneOf(known.commits, pick)),
  ),
  onLines((lines, _at, { pick }) => replaceStart(lines, 'author ', oneOf(IDENTS, pick))),
  onLines((lines, _at, { pick }) => replaceStart(lines, 'committer ', oneOf(IDENTS, pick))),
  onLines((lines, _at, { known, pick }) =>
    lines.splice(1, 0, `parent ${oneOf(known.commits, pick)}`),
  ),
  onLines((lines, _at, { pick }) => {
    const at = lines.findIndex((line) => line.startsWith('committer ')) + 1;
    lines.splice(at, 0, `encoding ${oneOf(ENCODINGS, pick)}`);
  }),
];

function replaceStart(lines: string[], start: string, value: string): void {
  const at = lines.findIndex((line) => line.startsWith(start));
  if (at !== -1) lines.splice(at, 1, start + value);
}

/** Edits of bytes anywhere, of the message, and of line ends. */
const BYTE_MUTATORS: readonly Mutator[] = [
  (text, pick) => {
    const at = pick(text.length);
    const flipped = text.charCodeAt(at) ^ (1 << pick(8));
    return text.slice(0, at) + String.fromCharCode(flipped) + text.slice(at + 1);
  },
  (text, pick) => {
    const at = pick(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(oneOf(BYTES, pick)) + text.slice(at);
  },
  (text, pick) => {
    const at = pick(text.length);
    return text.slice(0, at) + text.slice(at + 1 + pick(3));
  },
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replace('\n\n', '\n'),
  (text) => text.replace('\n\n', '\n\n\n'),
  (text) => text.slice(0, text.indexOf('\n\n') + 1),
  (text) => `${text}\0`,
  (text, pick) => `${text}${oneOf(ARMOR, pick)}\n`,
  (text) => `${text}caf\u00e9 \u0080\r\n`,
  (text) => text.replace(/\n+$/, ''),
  (text, pick) => `${text}\ngpgsig ${oneOf(ARMOR, pick)}\n ${oneOf(ARMOR, pick)}\n`,
  (text, pick) => text.slice(0, pick(text.length)),
];

const MUTATORS = [...LINE_MUTATORS, ...BYTE_MUTATORS] as const;

/** One to three edits. */
export function mutate(bytes: Uint8Array, pick: Pick, known: Known): Uint8Array {
  let text = Buffer.from(bytes).toString('latin1');
  const times = 1 + Math.max(0, pick(4) - 1);
  for (let i = 0; i < times; i += 1) {
    text = MUTATORS[pick(MUTATORS.length)]?.(text, pick, known) ?? text;
  }
  return Buffer.from(text, 'latin1');
}
