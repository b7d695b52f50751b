import { isDict, same } from './value.ts';
import type { Value } from './value.ts';

type Step = (value: Value) => Value[];

const TOKEN =
  /\.?\[\?\(@\.([\w.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\)\]|\[(\d+|\*)\]|\[['"]([^'"]+)['"]\]|\.((?:\\\.|[^.[\]])+)/y;

/** The part of kubectl's JSONPath that printer columns use; anything else is no path and yields nothing. */
export function jsonPath(text: string): (value: Value) => Value[] {
  const steps: Step[] = [];
  const body = text.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const match = TOKEN.exec(body);
    if (match === null) return () => [];
    steps.push(stepOf(match));
  }
  return (value) => steps.reduce<Value[]>((found, step) => found.flatMap(step), [value]);
}

function stepOf(match: RegExpExecArray): Step {
  const [, filter, double, single, bare, index, quoted, name] = match;
  if (filter !== undefined) {
    const wanted = double ?? single ?? (JSON.parse(bare ?? 'null') as Value); // A JSON scalar by the pattern.
    const path = filter.split('.');
    return (value) =>
      (Array.isArray(value) ? value : []).filter((item) => {
        const found = path.reduce<Value[]>((all, key) => all.flatMap(field(key)), [item]);
        return found.some((one) => same(one, wanted));
      });
  }
  if (index !== undefined) {
    return (value) => {
      if (!Array.isArray(value)) return index === '*' && isDict(value) ? Object.values(value) : [];
      return index === '*' ? value : value.slice(Number(index), Number(index) + 1);
    };
  }
  return field(quoted ?? (name ?? '').replaceAll('\\.', '.'));
}

function field(key: string): Step {
  return (value) => {
    const found = isDict(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return found === undefined ? [] : [found];
  };
}
