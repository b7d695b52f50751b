import { jsonPath } from './jsonpath.ts';
import type { Resource } from './resource.ts';
import { RECORDING } from './schema.ts';
import { at, dictAt, listAt, show, textAt } from './value.ts';
import type { Dict, Value } from './value.ts';

type Row = (object: Dict, age: (path: string) => string) => Value[];

const NAME_COLUMN: Dict = { ...RECORDING.kinds['v1/ConfigMap']?.columns[0] };
const AGE_COLUMN: Dict = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const name = (object: Dict): string => textAt(object, 'metadata', 'name');
const count = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);
const size = (object: Dict, key: string): number => Object.keys(dictAt(object, key)).length;
const CREATED = 'metadata.creationTimestamp';

/** The cells of the built-in kinds, in the order of the recorded columns (wide ones last). */
const ROWS: { readonly [kind: string]: Row } = {
  ConfigMap: (o, age) => [name(o), size(o, 'data') + size(o, 'binaryData'), age(CREATED)],
  Secret: (o, age) => [name(o), textAt(o, 'type'), size(o, 'data'), age(CREATED)],
  Namespace: (o, age) => [name(o), textAt(o, 'status', 'phase'), age(CREATED)],
  ServiceAccount: (o, age) => [name(o), listAt(o, 'secrets').length, age(CREATED)],
  Service: serviceRow,
  Deployment: deploymentRow,
  ReplicaSet: (o, age) => [
    name(o),
    count(at(o, 'spec', 'replicas')),
    count(at(o, 'status', 'replicas')),
    count(at(o, 'status', 'readyReplicas')),
    age(CREATED),
    ...containers(o),
  ],
  Role: (o) => [name(o), textAt(o, 'metadata', 'creationTimestamp')],
  ClusterRole: (o) => [name(o), textAt(o, 'metadata', 'creationTimestamp')],
  RoleBinding: bindingRow,
  ClusterRoleBinding: bindingRow,
  Lease: (o, age) => [name(o), textAt(o, 'spec', 'holderIdentity'), age(CREATED)],
  Event: eventRow,
  CustomResourceDefinition: (o) => [name(o), textAt(o, 'metadata', 'creationTimestamp')],
};

function containers(object: Dict): Value[] {
  const list = listAt(object, 'spec', 'template', 'spec', 'containers');
  const of = (key: string): string => list.map((item) => textAt(item, key)).join(',');
  const labels = Object.entries(dictAt(object, 'spec', 'selector', 'matchLabels'));
  const terms = listAt(object, 'spec', 'selector', 'matchExpressions').map(expression);
  const pairs = labels.map(([key, value]) => `${key}=${show(value)}`);
  return [of('name'), of('image'), [...pairs, ...terms].toSorted().join(',')];
}

function expression(term: Value): string {
  const key = textAt(term, 'key');
  const values = `(${listAt(term, 'values').map(show).toSorted().join(',')})`;
  const operator = textAt(term, 'operator');
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} ${values}`;
}

function deploymentRow(object: Dict, age: (path: string) => string): Value[] {
  const status = dictAt(object, 'status');
  const ready = `${count(status['readyReplicas'])}/${count(at(object, 'spec', 'replicas'))}`;
  const numbers = [count(status['updatedReplicas']), count(status['availableReplicas'])];
  return [name(object), ready, ...numbers, age(CREATED), ...containers(object)];
}

function serviceRow(object: Dict, age: (path: string) => string): Value[] {
  const spec = dictAt(object, 'spec');
  const ports = listAt(spec, 'ports').map((port) => {
    const node = count(at(port, 'nodePort'));
    const number = `${count(at(port, 'port'))}${node > 0 ? `:${node}` : ''}`;
    return `${number}/${textAt(port, 'protocol')}`;
  });
  const labels = Object.entries(dictAt(spec, 'selector')).map(
    ([key, value]) => `${key}=${show(value)}`,
  );
  const [ip] = listAt(spec, 'clusterIPs');
  const external =
    listAt(spec, 'externalIPs').map(show).join(',') || textAt(spec, 'externalName') || '<none>';
  return [
    name(object),
    textAt(spec, 'type'),
    ip ?? '<none>',
    external,
    ports.join(',') || '<none>',
    age(CREATED),
    labels.toSorted().join(',') || '<none>',
  ];
}

function bindingRow(object: Dict, age: (path: string) => string): Value[] {
  const role = `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`;
  const of = (kind: string): string[] =>
    listAt(object, 'subjects')
      .filter((subject) => textAt(subject, 'kind') === kind)
      .map((subject) => {
        const space = kind === 'ServiceAccount' ? `${textAt(subject, 'namespace')}/` : '';
        return space + textAt(subject, 'name');
      });
  const wide = [of('User'), of('Group'), of('ServiceAccount')].map((names) => names.join(', '));
  return [name(object), role, age(CREATED), ...wide];
}

function eventRow(object: Dict, age: (path: string) => string): Value[] {
  const target = [textAt(object, 'involvedObject', 'kind').toLowerCase()];
  const targetName = textAt(object, 'involvedObject', 'name');
  const first = age(textAt(object, 'firstTimestamp') === '' ? 'eventTime' : 'firstTimestamp');
  const last = textAt(object, 'lastTimestamp') === '' ? first : age('lastTimestamp');
  const series = count(at(object, 'series', 'count'));
  const source = [textAt(object, 'source', 'component'), textAt(object, 'source', 'host')];
  return [
    at(object, 'series') === undefined ? last : age('series.lastObservedTime'),
    textAt(object, 'type'),
    textAt(object, 'reason'),
    [...target, ...(targetName === '' ? [] : [targetName])].join('/'),
    textAt(object, 'involvedObject', 'fieldPath'),
    source.filter((part) => part !== '').join(', '),
    textAt(object, 'message').trim(),
    first,
    at(object, 'series') === undefined ? count(object['count']) || 1 : series + 1,
    name(object),
  ];
}

/** The columns of a resource's table. */
export function columnsOf(resource: Resource): Dict[] {
  if (resource.custom === undefined) return [...resource.columns];
  const printer = resource.custom.printer;
  const columns = (printer.length === 0 ? [AGE_COLUMN] : printer).map((column) => ({
    name: column['name'] ?? '',
    type: column['type'] ?? '',
    format: column['format'] ?? '',
    description: column['description'] ?? describe(column),
    priority: column['priority'] ?? 0,
  }));
  return [NAME_COLUMN, ...columns];
}

function describe(column: Dict): string {
  return `Custom resource definition column (in JSONPath format): ${textAt(column, 'jsonPath')}`;
}

/** The cells of one object at a time in milliseconds. */
export function cellsOf(resource: Resource, object: Dict, now: number): Value[] {
  const age = (path: string): string => since(textAt(object, ...path.split('.')), now);
  if (resource.custom === undefined) return ROWS[resource.kind]?.(object, age) ?? [name(object)];
  const printer = resource.custom.printer;
  const cells = (printer.length === 0 ? [AGE_COLUMN] : printer).map((column) => {
    const [found] = jsonPath(textAt(column, 'jsonPath'))(object);
    return found === undefined ? null : cell(textAt(column, 'type'), found, now);
  });
  return [name(object), ...cells];
}

function cell(type: string, value: Value, now: number): Value {
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? since(value, now) : null;
    default:
      return show(value);
  }
}

/** How long ago, as kubectl prints it: `104s`, `3h12m`, `<unknown>`. */
export function since(timestamp: string, now: number): string {
  if (timestamp === '') return '<unknown>';
  const seconds = Math.floor((now - Date.parse(timestamp)) / 1000);
  if (Number.isNaN(seconds) || seconds < -1) return '<invalid>';
  if (seconds < 2 * MINUTE) return `${Math.max(seconds, 0)}s`;
  if (seconds < 10 * MINUTE) return pair(seconds, [MINUTE, 'm'], [1, 's']);
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return pair(seconds, [HOUR, 'h'], [MINUTE, 'm']);
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  return seconds < 8 * DAY
    ? pair(seconds, [DAY, 'd'], [HOUR, 'h'])
    : `${Math.floor(seconds / DAY)}d`;
}

function pair(seconds: number, [big, a]: [number, string], [small, b]: [number, string]): string {
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)}${a}${rest === 0 ? '' : `${rest}${b}`}`;
}
