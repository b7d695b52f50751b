import { builtinResources, customResource, storageOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { isDict, listAt, textAt } from './value.ts';
import type { Dict } from './value.ts';

const SERVER_ADDRESS = { clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:0' };

/** The resources that are served now, and discovery over them. */
export class Registry {
  readonly #resources = new Map<string, Resource>();

  constructor() {
    for (const resource of builtinResources()) this.#add(resource);
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#resources.get(`${group}/${version}/${plural}`);
  }

  serves(group: string, version: string): boolean {
    return [...this.#resources.values()].some(
      (resource) => resource.group === group && resource.version === version,
    );
  }

  ofKind(group: string, version: string, kind: string): Resource | undefined {
    return [...this.#resources.values()].find(
      (resource) =>
        resource.group === group && resource.version === version && resource.kind === kind,
    );
  }

  /** Serves what a CRD defines, instead of what it defined before. */
  install(crd: Dict): void {
    this.uninstall(crd);
    for (const version of listAt(crd, 'spec', 'versions')) {
      if (isDict(version) && version['served'] === true) this.#add(customResource(crd, version));
    }
  }

  uninstall(crd: Dict): void {
    const gone = storageOf({
      group: textAt(crd, 'spec', 'group'),
      plural: textAt(crd, 'spec', 'names', 'plural'),
    });
    for (const [id, resource] of this.#resources) {
      if (storageOf(resource) === gone) this.#resources.delete(id);
    }
  }

  /** One version of each namespaced resource. */
  namespacedResources(): Resource[] {
    const namespaced = [...this.#resources.values()].filter((resource) => resource.namespaced);
    return [...new Map(namespaced.map((resource) => [storageOf(resource), resource])).values()];
  }

  /** The answer to a discovery path; undefined for any other path. */
  discover(path: string): Dict | undefined {
    const parts = path.split('/').filter((part) => part !== '');
    const [root, group = '', version = ''] = parts;
    if (root === 'api' && parts.length === 1) {
      return {
        kind: 'APIVersions',
        versions: ['v1'],
        serverAddressByClientCIDRs: [SERVER_ADDRESS],
      };
    }
    if (root === 'api' && parts.length === 2) return this.#list('', group);
    if (root !== 'apis') return undefined;
    if (parts.length === 3) return this.#list(group, version);
    if (parts.length === 1) {
      const groups = this.#groups().map((name) => this.#group(name));
      return { kind: 'APIGroupList', apiVersion: 'v1', groups };
    }
    if (parts.length !== 2 || !this.#groups().includes(group)) return undefined;
    return { kind: 'APIGroup', apiVersion: 'v1', ...this.#group(group) };
  }

  #add(resource: Resource): void {
    this.#resources.set(`${resource.group}/${resource.version}/${resource.plural}`, resource);
  }

  #groups(): string[] {
    const names = [...this.#resources.values()].map(({ group }) => group);
    return [...new Set(names)].filter((name) => name !== '');
  }

  #group(name: string): Dict {
    const own = [...this.#resources.values()].filter(({ group }) => group === name);
    const names = [...new Set(own.map(({ version }) => version))];
    const versions = names.map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] ?? null };
  }

  #list(group: string, version: string): Dict | undefined {
    const own = [...this.#resources.values()].filter(
      (resource) => resource.group === group && resource.version === version,
    );
    if (own.length === 0) return undefined;
    const resources = own
      .flatMap(({ listed }) => listed)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((entry) => JSON.parse(JSON.stringify(entry)) as Dict); // Plain JSON.
    const groupVersion = group === '' ? version : `${group}/${version}`;
    const head = group === '' ? {} : { apiVersion: 'v1' };
    return { kind: 'APIResourceList', ...head, groupVersion, resources };
  }
}
