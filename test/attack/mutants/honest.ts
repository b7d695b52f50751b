import { oneOf } from '../../support/picker.ts';
import type { Pick } from '../../support/picker.ts';
import type { Known } from './mutate.ts';

// Commits as honest tools write them: whatever git makes of odd names, messages, dates and encodings.

const PEOPLE = ['Alice', 'Älice Ünïcode', '李', "O'Neil, Jr.", 'a', 'A. B-C (bot)'] as const;
const MAILS = [
  'alice@example.com',
  '41+alice@users.noreply.example',
  'a',
  'ä@example.com',
] as const;
const ZONES = ['+0000', '-0700', '+0530', '+1345', '-0000'] as const;
const MESSAGES = [
  'change\n',
  'change',
  '',
  '\n',
  ' \n',
  'subject\n\nbody\n\nSigned-off-by: A <a@x>\n',
  'crlf\r\n\r\nbody\r\n',
  'blanks  \n\n\n\n',
  '🚀 naïve\n',
  'x\n\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n',
  'x\n\ngpgsig -----BEGIN SSH SIGNATURE-----\n',
  'tree evil\nparent evil\n',
  `${'long '.repeat(4_000)}\n`,
] as const;
const EXTRA = [
  '',
  'encoding ISO-8859-1\n',
  'encoding UTF-8\nHG:extra branch:default\n',
  'HG:rename-source hg\n',
  'change-id zxyzxyzxyzxyzxyz\n',
  'x-note a\n b\n  c\n',
] as const;

/** An unsigned commit with some of the oddities that occur. */
export function honestCommit(pick: Pick, known: Known): Uint8Array {
  const stamp = (): string => {
    const when = oneOf([0, 1, 1_700_000_000, 1_785_000_000], pick);
    return `${oneOf(PEOPLE, pick)} <${oneOf(MAILS, pick)}> ${when} ${oneOf(ZONES, pick)}`;
  };
  const parents = [...new Set(Array.from({ length: pick(4) }, () => oneOf(known.commits, pick)))];
  const lines = [
    `tree ${oneOf(known.trees, pick)}`,
    ...parents.map((oid) => `parent ${oid}`),
    `author ${stamp()}`,
    `committer ${stamp()}`,
  ];
  const extra = oneOf(EXTRA, pick);
  const head = `${lines.join('\n')}\n${extra}\n`;
  const message = oneOf(MESSAGES, pick);
  const latin1 = extra.includes('8859') ? Buffer.from('caf\u00e9\n', 'latin1') : Buffer.of();
  return Buffer.concat([Buffer.from(head), Buffer.from(message), latin1]);
}
