import type { Resource } from './resource.ts';
import type { Cause } from './status.ts';
import { duplicates, violations } from './structural.ts';
import { at, dictAt, listAt, same, textAt } from './value.ts';
import type { Dict, Value } from './value.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const PATH_SEGMENT = /^(?!\.{1,2}$)[^/%]+$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

const required = (field: string, detail = ''): Cause => {
  const message = detail === '' ? 'Required value' : `Required value: ${detail}`;
  return { reason: 'FieldValueRequired', message, field };
};
const goInvalid = (field: string, shown: string, detail: string): Cause => {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${detail}`, field };
};
const invalidAt = (field: string, value: Value | undefined, detail: string): Cause =>
  goInvalid(field, JSON.stringify(value ?? null), detail);
const forbiddenAt = (field: string, detail: string): Cause => {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field };
};

/** Why the API server would not store `next`; only the rules that tests and users meet most. */
export function causesOf(next: Dict, before: Dict | undefined, resource: Resource): Cause[] {
  const meta = nameCauses(next, resource);
  if (resource.custom !== undefined) {
    return [...meta, ...violations(next, resource.schema), ...duplicates(next, resource.schema)];
  }
  const changed = before === undefined ? [] : immutable(before, next, resource.kind);
  return [...meta, ...(RULES[resource.kind]?.(next) ?? []), ...changed];
}

function nameCauses(next: Dict, { kind, group }: Resource): Cause[] {
  const name = textAt(next, 'metadata', 'name');
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  if (group === 'rbac.authorization.k8s.io') {
    return PATH_SEGMENT.test(name) ? [] : [invalidAt('metadata.name', name, "may not contain '/'")];
  }
  if (/^(Namespace|Service)$/.test(kind) && group === '') {
    return LABEL.test(name) ? [] : [invalidAt('metadata.name', name, LABEL_RULE)];
  }
  return SUBDOMAIN.test(name) ? [] : [invalidAt('metadata.name', name, SUBDOMAIN_RULE)];
}

const RULES: { readonly [kind: string]: (next: Dict) => Cause[] } = {
  Deployment: workloadCauses,
  ReplicaSet: workloadCauses,
  CustomResourceDefinition: (next) => {
    const name = textAt(next, 'metadata', 'name');
    const wanted = `${textAt(next, 'spec', 'names', 'plural')}.${textAt(next, 'spec', 'group')}`;
    const rule = 'must be spec.names.plural+"."+spec.group';
    return name === wanted ? [] : [invalidAt('metadata.name', name, rule)];
  },
  Event: (next) => {
    const [own, other] = [
      textAt(next, 'metadata', 'namespace'),
      textAt(next, 'involvedObject', 'namespace'),
    ];
    if (own === other || (other === '' && own === 'default')) return [];
    return [invalidAt('involvedObject.namespace', other, 'does not match event.namespace')];
  },
  Service: (next) => {
    const headless =
      textAt(next, 'spec', 'clusterIP') === 'None' ||
      textAt(next, 'spec', 'type') === 'ExternalName';
    return headless || listAt(next, 'spec', 'ports').length > 0 ? [] : [required('spec.ports')];
  },
};

function workloadCauses(next: Dict): Cause[] {
  const out: Cause[] = [];
  const replicas = at(next, 'spec', 'replicas');
  if (typeof replicas === 'number' && replicas < 0) {
    out.push(invalidAt('spec.replicas', replicas, 'must be greater than or equal to 0'));
  }
  const selector = dictAt(next, 'spec', 'selector', 'matchLabels');
  const labels = dictAt(next, 'spec', 'template', 'metadata', 'labels');
  const empty = Object.keys(dictAt(next, 'spec', 'selector')).length === 0;
  if (at(next, 'spec', 'selector') === undefined) out.push(required('spec.selector'));
  else if (empty)
    out.push(invalidAt('spec.selector', {}, 'empty selector is invalid for deployment'));
  const unselected = at(next, 'spec', 'selector') === undefined;
  if (unselected || Object.entries(selector).some(([key, value]) => labels[key] !== value)) {
    const field = 'spec.template.metadata.labels';
    out.push(goInvalid(field, goMap(labels), '`selector` does not match template `labels`'));
  }
  return [...out, ...podCauses(next), ...strategyCauses(next)];
}

// Values as Go prints them with %#v.
function goMap(labels: Dict): string {
  const keys = Object.keys(labels).toSorted();
  const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(labels[key])}`);
  return pairs.length === 0 ? 'map[string]string(nil)' : `map[string]string{${pairs.join(', ')}}`;
}

function goSelector(selector: Value | undefined): string {
  const labels = goMap(dictAt(selector, 'matchLabels'));
  return `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}`;
}

function goRoleRef(role: Value | undefined): string {
  const of = (key: string): string => JSON.stringify(textAt(role, key));
  return `rbac.RoleRef{APIGroup:${of('apiGroup')}, Kind:${of('kind')}, Name:${of('name')}}`;
}

// A probe whose port was pruned keeps its defaulted fields, and so has the port zero.
function probeCauses(container: Value, path: string): Cause[] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];
  const places = probes.flatMap((probe) => [`${probe}.httpGet`, `${probe}.tcpSocket`]);
  const portless = places.filter((place) => {
    const action = at(container, ...place.split('.'));
    return action !== undefined && at(action, 'port') === undefined;
  });
  const rule = 'must be between 1 and 65535, inclusive';
  return portless.map((place) => invalidAt(`${path}.${place}.port`, 0, rule));
}

function strategyCauses(next: Dict): Cause[] {
  const strategy = dictAt(next, 'spec', 'strategy');
  if (strategy['type'] !== 'Recreate' || strategy['rollingUpdate'] === undefined) return [];
  const why = "may not be specified when strategy `type` is 'Recreate'";
  return [forbiddenAt('spec.strategy.rollingUpdate', why)];
}

function podCauses(next: Dict): Cause[] {
  const path = 'spec.template.spec.volumes';
  const volumes = listAt(next, 'spec', 'template', 'spec', 'volumes').flatMap((volume, index) => {
    const [, ...more] = Object.keys(dictAt(volume)).filter((key) => key !== 'name');
    const why = 'may not specify more than 1 volume type';
    return more.map((kind) => forbiddenAt(`${path}[${index}].${kind}`, why));
  });
  return [...volumes, ...containerCauses(next)];
}

function containerCauses(next: Dict): Cause[] {
  const path = 'spec.template.spec.containers';
  const containers = listAt(next, 'spec', 'template', 'spec', 'containers');
  if (containers.length === 0) return [required(path)];
  return containers.flatMap((container, index) => {
    const place = `${path}[${index}]`;
    const missing = ['name', 'image'].filter((key) => textAt(container, key) === '');
    return [...missing.map((key) => required(`${place}.${key}`)), ...probeCauses(container, place)];
  });
}

const FIELD_IS_IMMUTABLE = 'field is immutable';

function immutable(before: Dict, next: Dict, kind: string): Cause[] {
  if (/^(ConfigMap|Secret)$/.test(kind)) return frozen(before, next, kind);
  if (kind.endsWith('RoleBinding') && !same(before['roleRef'], next['roleRef'])) {
    return [goInvalid('roleRef', goRoleRef(next['roleRef']), 'cannot change roleRef')];
  }
  const old = at(before, 'spec', 'selector');
  if (/^(Deployment|ReplicaSet)$/.test(kind) && !same(old, at(next, 'spec', 'selector'))) {
    return [
      goInvalid('spec.selector', goSelector(at(next, 'spec', 'selector')), FIELD_IS_IMMUTABLE),
    ];
  }
  const [was] = listAt(before, 'spec', 'clusterIPs');
  const [is] = listAt(next, 'spec', 'clusterIPs');
  if (kind === 'Service' && was !== undefined && was !== is) {
    const shown = `[]string{${JSON.stringify(is ?? '')}}`;
    return [goInvalid('spec.clusterIPs[0]', shown, 'may not change once set')];
  }
  return [];
}

function frozen(before: Dict, next: Dict, kind: string): Cause[] {
  if (kind === 'Secret' && before['type'] !== next['type']) {
    return [invalidAt('type', next['type'], FIELD_IS_IMMUTABLE)];
  }
  if (before['immutable'] !== true) return [];
  const out: Cause[] = [];
  if (next['immutable'] !== true)
    out.push(forbiddenAt('immutable', 'field is immutable when `immutable` is set'));
  for (const key of ['data', 'binaryData']) {
    if (!same(before[key] ?? {}, next[key] ?? {})) {
      out.push(forbiddenAt(key, 'field is immutable when `immutable` is set'));
    }
  }
  return out;
}
