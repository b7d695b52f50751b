import type { Json, JsonObject } from '../../domain/json.ts';

/** Names that need no quotes: no version of YAML reads another type in them, as it does in `n` and `off`. */
const PLAIN_KEY = /^(?!(?:yes|off|true|false|null)$)[a-z][A-Za-z0-9]{2,}$/i;

/** Lines that a literal block takes as they are. */
const LITERAL = /^(?:[!-~][ -~]*|)(?:\n(?:[!-~][ -~]*|))*\n$/;

/**
 * Writes a JSON object as YAML in blocks. Text of several lines stands as a literal, all other text in
 * double quotes, so that no reader takes it for something else.
 */
export function yamlText(value: JsonObject): string {
  return `${mapLines(value).join('\n')}\n`;
}

function mapLines(map: JsonObject): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const [first = '', ...rest] = valueLines(value);
    const name = PLAIN_KEY.test(key) ? key : JSON.stringify(key);
    return isBlock(value)
      ? [`${name}:`, ...indent([first, ...rest])]
      : [`${name}: ${first}`, ...indent(rest)];
  });
}

function valueLines(value: Json): readonly string[] {
  if (typeof value === 'string' && isLiteral(value))
    return ['|', ...value.slice(0, -1).split('\n')];
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  if (!isBlock(value)) return [Array.isArray(value) ? '[]' : '{}'];
  if (!Array.isArray(value)) return mapLines(value as JsonObject); // No list, no scalar: a map.
  return value.flatMap((item: Json) => {
    const [first = '', ...rest] = valueLines(item);
    return [`- ${first}`, ...indent(rest)];
  });
}

function isBlock(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function isLiteral(text: string): boolean {
  return text.includes('\n', 0) && text.indexOf('\n') < text.length - 1 && LITERAL.test(text);
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
