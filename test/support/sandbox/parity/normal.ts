import { isDict, textAt } from '../value.ts';
import type { Dict, Value } from '../value.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const ADDRESS = /\b10\.\d+\.\d+\.\d+\b/g;
const AGE = /^\d+s$/;
const DROPPED = new Set(['selfLink', 'remainingItemCount', 'continue']);

/** Takes out what no two servers share; resourceVersions become `rv1`, `rv2` … in order of appearance. */
export class Normalizer {
  readonly #versions = new Map<string, string>();

  normal(value: Value, key = ''): Value {
    if (Array.isArray(value)) return this.#list(value, key);
    if (isDict(value)) return this.#dict(value);
    if (typeof value !== 'string') return value;
    if (key === 'resourceVersion') return this.#version(value);
    const plain = value.replace(UUID, 'UID').replace(TIME, 'TIME').replace(ADDRESS, 'ADDRESS');
    return key === 'cells' && AGE.test(plain) ? 'AGE' : plain;
  }

  #list(list: Value[], key: string): Value {
    const out = list.map((item) => this.normal(item, key));
    // Entries of one second come in an order that depends on the clock.
    if (key !== 'managedFields') return out;
    const rank = (entry: Value): string =>
      ['operation', 'manager', 'apiVersion'].map((name) => textAt(entry, name)).join(' ');
    return out.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }

  #dict(dict: Dict): Dict {
    const list = Array.isArray(dict['items']) || Array.isArray(dict['rows']);
    const entries = Object.entries(dict).filter(([key]) => !DROPPED.has(key));
    const kept = entries.filter(([key]) => !(list && key === 'metadata'));
    return Object.fromEntries(kept.map(([key, value]) => [key, this.normal(value, key)]));
  }

  #version(version: string): string {
    let known = this.#versions.get(version);
    if (known === undefined) this.#versions.set(version, (known = `rv${this.#versions.size + 1}`));
    return known;
  }
}
