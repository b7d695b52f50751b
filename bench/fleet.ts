import { TENANT, deployment } from '../test/support/world/tenant.ts';

/** How many of each kind, whose (another fleet has other names), and which version of them. */
export type FleetShape = Readonly<{
  each: number;
  perFile: number;
  version: number;
  name?: string;
}>;

/** The value of an object's marked field, as Git wants it. */
export function wantedMark(version: number): string {
  return `registry.example.com/shop:${version}`;
}

/** `settings-7`, `web-7`; `settings-b-7` in fleet b. */
export function nameOf(kind: FleetKind, index: number, fleetName = ''): string {
  const fleetPart = fleetName === '' ? '' : `${fleetName}-`;
  return `${kind === 'ConfigMap' ? 'settings' : 'web'}-${fleetPart}${index}`;
}

export type FleetKind = 'ConfigMap' | 'Deployment';

/**
 * As many ConfigMaps as Deployments, in files of several documents. A Deployment asks for no
 * replicas: each still makes the controllers create one ReplicaSet and write its status.
 */
export function fleet(shape: FleetShape): Readonly<Record<string, string>> {
  const { each, version, perFile, name: fleetName } = shape;
  const documents: string[] = [];
  for (let index = 0; index < each; index++) {
    documents.push(configMapDocument(nameOf('ConfigMap', index, fleetName), version));
    documents.push(deployment(nameOf('Deployment', index, fleetName), wantedMark(version), 0));
  }
  const files: Record<string, string> = {};
  for (let at = 0; at < documents.length; at += perFile) {
    const file = `part-${String(at / perFile).padStart(3, '0')}.yaml`;
    files[`${TENANT.path}/${file}`] = documents.slice(at, at + perFile).join('---\n');
  }
  return files;
}

function configMapDocument(name: string, version: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels: {app: ${name}}
data:
  mark: ${wantedMark(version)}
  currency: EUR
  settings.properties: |
    log.level=info
    cache.size=128
    retries=3
`;
}

/** The marked field of a live object of the fleet. */
export function markOf(object: Readonly<Record<string, unknown>>): string | undefined {
  // Only what the API server made of `fleet` is looked at.
  const { data, spec } = object as {
    data?: { mark?: string };
    spec?: { template?: { spec?: { containers?: readonly { image?: string }[] } } };
  };
  return data?.mark ?? spec?.template?.spec?.containers?.[0]?.image;
}
