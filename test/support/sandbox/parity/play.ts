import type { ParityCase, Reply, Request, Send, Step } from './case.ts';
import { Normalizer } from './normal.ts';
import type { Value } from '../value.ts';

/** Sends the steps in a namespace; answers come back without what differs by nature. */
export async function play(send: Send, { steps }: ParityCase, namespace: string): Promise<Reply[]> {
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await send('admin', { method: 'POST', path: '/api/v1/namespaces', body: home });
  const normalizer = new Normalizer();
  const answers: Value[] = [];
  const replies: Reply[] = [];
  for (const step of steps) {
    const { status, text } = await send(step.user ?? 'admin', requestOf(step, answers, namespace));
    const answer = parse(text);
    answers.push(answer);
    replies.push({ status, body: normalizer.normal(answer) });
  }
  return replies;
}

function requestOf(step: Step, answers: readonly Value[], namespace: string): Request {
  const path = typeof step.path === 'function' ? step.path(answers) : step.path;
  const body = typeof step.body === 'function' ? step.body(answers) : step.body;
  const type = step.type === undefined ? {} : { 'content-type': step.type };
  return {
    method: step.method,
    path: path.replace('/N/', `/${namespace}/`),
    headers: { 'user-agent': 'parity/1', ...type, ...step.headers },
    ...(body === undefined ? {} : { body: inNamespace(body, namespace) }),
  };
}

function inNamespace(body: Value, namespace: string): Value {
  const text = JSON.stringify(body).replaceAll('"N"', JSON.stringify(namespace));
  return JSON.parse(text) as Value; // JSON of a moment ago.
}

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value; // JSON.parse yields JSON.
  } catch {
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.every((line) => line.startsWith('{'))
      ? lines.map((line) => JSON.parse(line) as Value) // A watch sends JSON lines.
      : text;
  }
}
