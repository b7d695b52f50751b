/** What a client needs to reach the server as one user. */
export interface Access {
  readonly url: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly token: string;
}

/** A kubeconfig with one cluster, user and context, everything inline, as JSON (which is YAML). */
export function toKubeconfig(user: string, { url, ca, token }: Access): string {
  const authority = Buffer.from(ca).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: user, context: { cluster: 'test', user } }],
    'current-context': user,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
