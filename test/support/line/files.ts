/** The one file of a line test: a ConfigMap that holds this value, in the target's directory. */
export function configFile(value: string): Readonly<Record<string, string>> {
  return {
    'deploy/a.json': JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { value } },
    }),
  };
}
