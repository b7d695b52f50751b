import type { PlacedText } from '../../document/placed.ts';
import { isCipherBlock, isSopsValue, isWrappedKey } from './ciphertext.ts';
import { selector } from './sops.ts';
import { selectionFrom } from './sops-config.ts';
import type { Leaf } from './tree.ts';

/** What a dotenv or ini file that went through SOPS holds. */
export type SopsLines = Readonly<{
  /** It has a sealed `mac` and somebody who can decrypt. */
  isWhole: boolean;
  /** Values that should be ciphertext and are not. */
  plain: readonly Leaf[];
  cipher: readonly Leaf[];
}>;

type Line = Readonly<{ section: string; key: string; leaf: Leaf }>;

const DOTENV_MARK = /^sops_(?:mac|version|lastmodified)=/m;
const INI_MARK = /^\[sops\][ \t]*\r?$/m;
const SECTION = /^\[([^\]\r\n]{0,200})\]\s*$/;
const MAX_LINES = 100_000;

/** Reads `KEY=value` lines that SOPS wrote; `undefined` where they have no mark of it. */
export function sopsLines(text: string): SopsLines | undefined {
  if (!DOTENV_MARK.test(text) && !INI_MARK.test(text)) return undefined;
  const lines = linesOf(text);
  const meta = new Map(
    lines.filter(isMeta).map(({ key, leaf }) => [key.replace(/^sops_/, ''), leaf.text.value]),
  );
  const hasRecipient = [...meta].some(
    ([key, value]) => /(?:^|_)enc$/.test(key) && isRecipientKey(value.replaceAll('\\n', '\n')),
  );
  const isWhole = isSopsValue(meta.get('mac') ?? '') && hasRecipient;
  const isSelected = selector(selectionFrom((key) => meta.get(key)));
  const values = lines.filter((line) => !isMeta(line));
  const isCipher = ({ leaf }: Line): boolean => isSopsValue(leaf.text.value);
  return {
    isWhole,
    cipher: isWhole ? lines.filter(isCipher).map(({ leaf }) => leaf) : [],
    plain: values
      .filter(
        (line) => line.leaf.text.value !== '' && !isCipher(line) && isSelected(line.leaf.path),
      )
      .map(({ leaf }) => leaf),
  };
}

/** The values of a dotenv or ini file that are no ciphertext; what SOPS itself wrote is none of them. */
export function plainLines(text: string): readonly Leaf[] {
  return linesOf(text)
    .filter((line) => !isMeta(line) && line.leaf.text.value !== '')
    .flatMap(({ leaf }) => (isSopsValue(leaf.text.value) ? [] : [leaf]));
}

function isMeta({ section, key }: Line): boolean {
  return section === 'sops' || (section === '' && key.startsWith('sops_'));
}

function isRecipientKey(enc: string): boolean {
  return isCipherBlock(enc) || isWrappedKey(enc);
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let section = '';
  let at = 0;
  for (const raw of text.split('\n', MAX_LINES)) {
    const start = at;
    at += raw.length + 1;
    const line = raw.trimEnd();
    section = SECTION.exec(line)?.[1] ?? section;
    const equals = line.indexOf('=');
    if (equals <= 0 || /^\s*[#;[]/.test(line)) continue;
    const key = line
      .slice(0, equals)
      .trim()
      .replace(/^export /, '');
    const value = line.slice(equals + 1).trim();
    const from = start + line.length - value.length;
    const node: PlacedText = {
      kind: 'text',
      value,
      style: 'plain',
      start: from,
      end: from + value.length,
    };
    const path = section === '' ? [key] : [section, key];
    lines.push({ section, key, leaf: { text: node, at: start, path } });
  }
  return lines;
}
