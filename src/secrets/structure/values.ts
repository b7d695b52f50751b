import type { PlacedMap, PlacedNode } from '../../document/placed.ts';
import { fromBase64, isReadable, latin1 } from './base64.ts';
import { isSopsValue } from './ciphertext.ts';
import type { Context } from './context.ts';
import { secretKindOf } from './names.ts';
import type { SecretKind } from './names.ts';
import { isHarmless, isPlaceholder } from './placeholder.ts';
import { isPublic } from './public.ts';
import type { StructureRuleId } from './rules.ts';
import { entriesOf, lineOffset, valuesOf, walk } from './tree.ts';
import type { Leaf } from './tree.ts';

/** What values of one document are told as, and where nothing is looked for. */
export type Naming = Readonly<{
  /** Absent: only whole manifests inside texts are looked for. */
  rule: StructureRuleId | undefined;
  /** Whether a URL's password counts whatever it is: where the field is the address of a source. */
  isSource: boolean;
  /** Keys of the top whose values another detector has told. */
  without: ReadonlySet<string>;
}>;

/** Tells values whose names say that they are secrets: fields, variables, arguments, URLs. */
export function namedValues(root: PlacedMap, naming: Naming, context: Context): void {
  const leaf = (each: Leaf): void => {
    if (naming.without.has(each.path[0] ?? '')) return;
    nestedText(each, context);
    disguised(each, context);
    if (naming.rule === undefined) return;
    namedLeaf(each, naming.rule, context);
    urlPassword(each, naming, context);
  };
  const map = (node: PlacedMap, path: readonly string[]): boolean => {
    if (naming.without.has(path[0] ?? '')) return false;
    if (naming.rule !== undefined) variable(node, path, context);
    return true;
  };
  const list = (items: readonly PlacedNode[], path: readonly string[]): void => {
    if (naming.rule === undefined) return;
    if (/^(?:args|command|cmd|entrypoint|extraArgs|arguments)$/.test(path.at(-1) ?? '')) {
      commandLine(items, path, context);
    }
  };
  walk(root, { leaf, map, list }, context.steps);
}

/** Keys that generic rules take for the names of secrets. */
const ABOUT_SECRETS = /secret|passw|pwd|token|key|cred|auth/i;

function namedLeaf(leaf: Leaf, rule: StructureRuleId, context: Context): void {
  const key = leaf.path.at(-1) ?? '';
  const kind = secretKindOf(key);
  const isNamed = kind !== undefined && !isReference(leaf.path);
  if (!isNamed && ABOUT_SECRETS.test(key) && isHarmless(leaf.text.value, 'token')) {
    context.hush(leaf);
  }
  if (isNamed) tell(rule, leaf, { kind, value: leaf.text.value, name: key }, context);
}

/** A field under one of these names where a secret is, not what it is. */
function isReference(path: readonly string[]): boolean {
  const parents = path.slice(-4, -1);
  if (parents.some((key) => /(?:Ref|Refs|Selector|From|Keys|Names)$/i.test(key))) return true;
  return parents.some((key) =>
    /^(?:labels|annotations|matchLabels|properties|remoteRef|volumes)$/.test(key),
  );
}

type Named = Readonly<{ kind: SecretKind; value: string; name: string }>;

function tell(rule: StructureRuleId, leaf: Leaf, named: Named, context: Context): void {
  const { kind, value, name } = named;
  if (isHarmless(value, kind) || isPublic(value)) {
    context.hush(leaf);
    return;
  }
  if (context.isSealed && isSopsValue(value)) return;
  // `token: token`, `adminPassword: admin-password`: the name of a key in a Secret.
  const flat = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
  if (flat(value) === flat(name)) return;
  context.report.leak(rule, context.ground, leaf, { secret: value.trim() });
}

/** `{name: DB_PASSWORD, value: …}`: a variable of a container, a parameter of a chart. */
function variable(node: PlacedMap, path: readonly string[], context: Context): void {
  const name = valuesOf(node, 'name').find((each) => each.kind === 'text')?.value;
  const kind = name === undefined ? undefined : secretKindOf(name);
  if (name === undefined || kind === undefined) return;
  const isParameter = path.some((key) => /^(?:parameters|fileParameters)$/.test(key));
  for (const entry of entriesOf(node)) {
    if (entry.key !== 'value' || entry.value.kind !== 'text') continue;
    const leaf = { text: entry.value, at: lineOffset(entry), path: [...path, name] };
    const rule = isParameter ? 'helm-secret-value' : 'env-secret-value';
    tell(rule, leaf, { kind, value: entry.value.value, name }, context);
  }
}

const FLAG = /^--?([A-Za-z][\w.-]{1,64})(?:=([^]*))?$/;

/** `--password=…`, or `--password` and what follows it. */
function commandLine(
  items: readonly PlacedNode[],
  path: readonly string[],
  context: Context,
): void {
  for (const [index, item] of items.entries()) {
    if (item.kind !== 'text' || item.value.length > 4_096) continue;
    context.steps.take(path.length, item.value);
    const [, name, inline] = FLAG.exec(item.value) ?? [];
    const kind = name === undefined ? undefined : secretKindOf(name);
    if (name === undefined || kind === undefined) continue;
    const next = inline === undefined ? items[index + 1] : item;
    if (next?.kind !== 'text') continue;
    const value = inline ?? next.value;
    if (value.startsWith('--')) continue;
    const leaf = { text: next, at: next.start, path: [...path, String(index)] };
    tell('argument-secret-value', leaf, { kind, value, name }, context);
  }
}

const USER_INFO = /^([^\s/?#@:]{0,256}):([^\s/?#@]{1,1024})@/;
/** Addresses in one value that are looked at. */
const MAX_ADDRESSES = 64;

/** `https://bot:…@host`: the password in the address of a source, or in any other value. */
function urlPassword(leaf: Leaf, { isSource }: Naming, context: Context): void {
  const { value } = leaf.text;
  let at = value.indexOf('://');
  for (let count = 0; at !== -1 && count < MAX_ADDRESSES; count += 1) {
    const password = USER_INFO.exec(value.slice(at + 3, at + 1_400))?.[2];
    const isOurs = isSource && leaf.path.at(-1) === 'url';
    if (password !== undefined && isPassword(password, isOurs)) {
      context.report.leak('manifest-url-credentials', context.ground, leaf, { secret: password });
    }
    at = value.indexOf('://', at + 3);
  }
}

function isPassword(password: string, isSource: boolean): boolean {
  if (/[${}<>%()]/.test(password) && isPlaceholder(password)) return false;
  // A placeholder inside: `${DB_USER}:${DB_PASSWORD}`, `$(PASSWORD)`, `%s`.
  if (/^(?:\$|%[sv]|\{|<|\()/.test(password) || /^[x*.]+$/i.test(password)) return false;
  if (isSource) return !isPlaceholder(password);
  return !/^(?:pass(?:word)?|pw|pwd|secret|token|changeme|your.*|user|example)$/i.test(password);
}

/** Shortest text that holds a token. */
const MIN_TOKEN_LENGTH = 16;

/** What the text scanner does not see as it is: a value with escapes or a tag, and what a ConfigMap encodes. */
function disguised(leaf: Leaf, context: Context): void {
  const { ground, report } = context;
  const { value, style, start, end } = leaf.text;
  if (value.length < MIN_TOKEN_LENGTH) return;
  const written = ground.text.slice(start, end);
  const isEscaped = style === 'quoted' && /\\[xuU\r\n/]/.test(written);
  const isTagged = style === 'plain' && written.length > value.length && !written.includes(value);
  if (isEscaped || isTagged) report.rescan(ground, leaf, { secret: value });
  if (!/^(?:data|binaryData)$/.test(leaf.path[0] ?? '') || leaf.path.length !== 2) return;
  const bytes = fromBase64(value);
  if (bytes === undefined || !isReadable(bytes)) return;
  const text = { ...leaf.text, value: latin1(bytes), style: 'quoted' } as const;
  report.rescan(ground, leaf, { secret: text.value, how: ['base64'] });
  nestedText({ ...leaf, text }, context);
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const SECRET_INSIDE = /\bkind["']?\s{0,8}:\s{0,8}["']?Secret\b/;
const DOCUMENT_KEY = /(?:\.(?:ya?ml|json)|^values|^valuesYaml|^valuesContent)$/;

/** A manifest, or values, in a text: an annotation, a ConfigMap, a patch, the values of a chart. */
function nestedText(leaf: Leaf, context: Context): void {
  const { style, value } = leaf.text;
  if (context.nesting <= 0 || value.length < 16) return;
  if (style === 'plain' && !value.startsWith('{')) return;
  const key = leaf.path.at(-1) ?? '';
  const isDocument = key === LAST_APPLIED || DOCUMENT_KEY.test(key);
  if (isDocument || SECRET_INSIDE.test(value)) {
    context.open(leaf, { ...context, nesting: context.nesting - 1 });
  }
}
