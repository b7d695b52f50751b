import { request } from 'node:https';
import type { Access } from './kubeconfig.ts';

const CALL_TIMEOUT_MS = 10_000;

/** One request; `body` is sent as JSON unless `headers` names another `content-type`. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, starting with a slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends one request on a connection of its own; rejects when no whole answer comes within ten seconds. */
export function call(access: Access, { method, path, body, headers }: Call): Promise<Answer> {
  const options = {
    method,
    ca: access.ca,
    agent: false,
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    headers: {
      authorization: `Bearer ${access.token}`,
      accept: 'application/json',
      'content-type': 'application/json',
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${access.url}${path}`, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
