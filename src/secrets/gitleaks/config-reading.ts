import { parseToml } from '../../document/toml.ts';
import type { JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/stop.ts';
import type { LeakRule, RuleSet, TeamRules } from '../rule.ts';
import { readAllowlists } from './allowlist.ts';
import { extend } from './extend.ts';
import type { Assembled } from './extend.ts';
import { Fields, Unfit } from './fields.ts';
import { checkRegex } from './regex-check.ts';
import { readRule } from './rule.ts';

/** Reads a file of the repository by its path below the root; `undefined` where there is none. */
export type LoadFile = (path: string) => Uint8Array | undefined;

/** A configuration as read, and what people should know of it. */
export type GitleaksConfig = Readonly<{ rules: TeamRules; warnings: readonly string[] }>;

const LIMITS = { maxBytes: 1024 * 1024, maxDepth: 12, maxNodes: 100_000 };

/** Most rules of one file. */
const MAX_RULES = 5_000;

/** Files that one file may extend, one through the other; gitleaks goes as far and no further. */
const MAX_EXTENDED = 2;

/** Most warnings kept; more of them tell a person nothing new. */
const MAX_WARNINGS = 100;

/** The newest release of gitleaks whose configuration is known. */
const KNOWN_VERSION = [8, 30, 1] as const;

/** What `useDefault` stands for. Of our own rules, which apply anyway, only changed ones are answered. */
export type Defaults = Readonly<{ rules: RuleSet; areOwn: boolean }>;

/** Reads one configuration and all that it extends; throws `Unfit` where it cannot be. */
export class ConfigReading {
  readonly #load: LoadFile;
  readonly #defaults: Defaults;
  readonly #warnings: string[] = [];
  readonly #disabled = new Set<string>();
  readonly #base: ReadonlyMap<string, LeakRule>;
  #usesDefault = false;

  constructor(load: LoadFile, defaults: Defaults) {
    this.#load = load;
    this.#defaults = defaults;
    this.#base = byId(defaults.rules.rules);
  }

  read(bytes: Uint8Array): GitleaksConfig {
    const { rules, allowlists } = this.#file(bytes, []);
    const kept = [...rules.values()].filter((rule) => this.#isWhole(rule));
    this.#checkNames(
      kept,
      allowlists.flatMap((list) => list.rules),
    );
    const disabled = [...this.#disabled];
    return { rules: { rules: kept, allowlists, disabled }, warnings: this.#warnings };
  }

  /** One file on top of all that it extends; `chain` names the files that extend it. */
  #file(bytes: Uint8Array, chain: readonly string[]): Assembled {
    const place = chain.at(-1) ?? '';
    const parsed = parseToml(bytes, LIMITS);
    if (!parsed.ok) {
      const { line, column, text } = parsed.stop;
      const where = [place, line === 0 ? '' : `line ${line}, column ${column}`];
      throw new Unfit(printable([...where, text].filter((part) => part !== '').join(': ')));
    }
    const fields = new Fields(parsed.value, place, (text) => this.#warn(text));
    fields.text('title');
    fields.text('description');
    checkVersion(fields);
    const rules = readRules(fields);
    const file: Assembled = { rules, allowlists: readAllowlists(fields, 'file') };
    const [extension, ...more] = fields.tables('extend', () => joined(place, 'extend'));
    if (more.length > 0) throw fields.unfit('extend is one table');
    fields.finish();
    return extension === undefined ? file : this.#extended(file, extension, chain);
  }

  #extended(file: Assembled, fields: Fields, chain: readonly string[]): Assembled {
    const [path, usesDefault] = [fields.text('path'), fields.flag('useDefault')];
    const disabled = new Set(fields.texts('disabledRules'));
    if (fields.text('url') !== undefined) fields.warn('url is not followed and has no effect');
    fields.finish();
    for (const id of disabled) this.#disabled.add(id);
    if (path !== undefined && usesDefault) {
      throw fields.unfit('path and useDefault exclude each other');
    }
    if (path === undefined && !usesDefault) return file;
    if (chain.length === MAX_EXTENDED) {
      fields.warn(`more than ${MAX_EXTENDED} files extend one another; this one ends the chain`);
      return file;
    }
    const base = path === undefined ? this.#default(file) : this.#at(path, fields, chain);
    for (const id of disabled) {
      if (!base.rules.has(id) && !this.#base.has(id)) {
        fields.warn(`disabledRules names ${id}, which is no rule here`);
      }
    }
    return extend(base, file, { disabled, fields });
  }

  /** No more of our own rules than the file changes. */
  #default(file: Assembled): Assembled {
    this.#usesDefault = true;
    const { rules, areOwn } = this.#defaults;
    if (!areOwn) return { rules: this.#base, allowlists: rules.allowlists };
    const changed = [...this.#base].filter(([id]) => file.rules.has(id));
    return { rules: new Map(changed), allowlists: [] };
  }

  #at(path: string, fields: Fields, chain: readonly string[]): Assembled {
    const steps = path.split('/').filter((step) => step !== '' && step !== '.');
    const normal = steps.join('/');
    if (path.startsWith('/') || path.includes('\\') || steps.includes('..') || normal === '') {
      throw fields.unfit('path is no path below the root of the repository');
    }
    if (chain.includes(normal)) throw fields.unfit(`${normal} extends itself`);
    const bytes = this.#load(normal);
    if (bytes === undefined) throw fields.unfit(`there is no file ${normal}`);
    return this.#file(bytes, [...chain, normal]);
  }

  /** A rule that could find nothing is refused, but not one that changes a rule we do not have. */
  #isWhole(rule: LeakRule): boolean {
    const place = new Fields({}, `rule ${rule.id}`, (text) => this.#warn(text));
    if (rule.regex === undefined && rule.path === undefined) {
      // Rules of structure have neither: their place makes them secrets.
      if (this.#base.has(rule.id)) return true;
      if (this.#usesDefault && this.#defaults.areOwn) {
        place.warn('it changes a rule of gitleaks that gitward does not have; it has no effect');
        return false;
      }
      throw place.unfit('it has neither regex nor path and can find nothing');
    }
    const { regex, secretGroup = 0 } = rule;
    if (regex !== undefined && secretGroup > 0 && secretGroup > checkRegex(regex, 'regex', place)) {
      throw place.unfit('secretGroup names a group that the regex does not have');
    }
    return true;
  }

  #checkNames(rules: readonly LeakRule[], targets: readonly string[]): void {
    const ids = new Set([...this.#base.keys(), ...rules.map(({ id }) => id)]);
    for (const target of new Set(targets)) {
      if (!ids.has(target)) this.#warn(`an allowlist is for ${target}, which is no rule here`);
    }
    for (const { id, required } of rules) {
      const unknown = required.find((one) => !ids.has(one.rule));
      if (unknown !== undefined) {
        throw new Unfit(
          printable(`rule ${id}: it requires ${unknown.rule}, which is no rule here`),
        );
      }
      if (this.#defaults.areOwn && !this.#usesDefault && this.#base.has(id)) {
        this.#warn(`rule ${id} takes the place of gitward's own rule of this id`);
      }
    }
  }

  #warn(text: string): void {
    if (this.#warnings.length < MAX_WARNINGS) this.#warnings.push(printable(text));
    else if (this.#warnings.length === MAX_WARNINGS) this.#warnings.push('and more');
  }
}

function readRules(fields: Fields): ReadonlyMap<string, LeakRule> {
  const nameOf = (index: number, { id }: JsonObject): string =>
    joined(fields.place, `rule ${typeof id === 'string' && id !== '' ? id : index + 1}`);
  const tables = fields.tables('rules', nameOf);
  if (tables.length > MAX_RULES) throw fields.unfit(`more than ${MAX_RULES} rules`);
  const rules = new Map<string, LeakRule>();
  for (const table of tables) {
    const read = readRule(table);
    if (rules.has(read.id)) throw table.unfit(`there is another rule with the id ${read.id}`);
    rules.set(read.id, read);
  }
  return rules;
}

function checkVersion(fields: Fields): void {
  const wanted = fields.text('minVersion');
  if (wanted === undefined) return;
  const parts = /^v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?/.exec(wanted);
  const [, ...numbers] = parts ?? [];
  for (const [index, known] of KNOWN_VERSION.entries()) {
    const part = Number(numbers[index] ?? 0);
    if (part < known) break;
    if (part === known) continue;
    fields.warn(`it wants gitleaks ${wanted}; known is ${KNOWN_VERSION.join('.')}`);
    return;
  }
  if (parts === null) fields.warn('minVersion is no version');
}

function byId(rules: readonly LeakRule[]): ReadonlyMap<string, LeakRule> {
  return new Map(rules.map((rule) => [rule.id, rule]));
}

function joined(place: string, part: string): string {
  return place === '' ? part : `${place}, ${part}`;
}
