import type { Dict } from './value.ts';

/** One violation of a rule, as it appears in `details.causes`. */
export type Cause = Readonly<{ reason: string; message: string; field: string }>;

/** Names a resource or kind in a group, as error texts spell it. */
export type GroupName = Readonly<{ group: string; name: string }>;

/** A refusal, thrown inside the sandbox and sent as a `Status` with its HTTP code. */
export class Refusal extends Error {
  readonly status: Dict;
  readonly code: number;
  readonly headers: { readonly [name: string]: string };

  constructor(code: number, reason: string, message: string, more?: Dict) {
    super(message);
    this.code = code;
    const seconds = more?.['retryAfterSeconds'];
    this.headers = typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {};
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(more === undefined ? {} : { details: more }),
      code,
    };
  }
}

function full({ group, name }: GroupName): string {
  return group === '' ? name : `${name}.${group}`;
}

function details(kind: GroupName, name: string): Dict {
  return {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.name,
  };
}

/** 404 for an object. */
export function notFound(resource: GroupName, name: string): Refusal {
  const message = `${full(resource)} ${JSON.stringify(name)} not found`;
  return new Refusal(404, 'NotFound', message, details(resource, name));
}

/** 404 for a path that serves no resource. */
export function noResource(): Refusal {
  return new Refusal(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 404 of a group or version that is not served: no Status, as text. */
export function noGroup(): Refusal {
  return new Refusal(404, 'NotFound', '404 page not found');
}

/** 409 for a name that is taken. */
export function alreadyExists(resource: GroupName, name: string): Refusal {
  const message = `${full(resource)} ${JSON.stringify(name)} already exists`;
  return new Refusal(409, 'AlreadyExists', message, details(resource, name));
}

/** 409 for a write based on an old state. */
export function conflict(resource: GroupName, name: string, why: string): Refusal {
  const message = `Operation cannot be fulfilled on ${full(resource)} ${JSON.stringify(name)}: ${why}`;
  return new Refusal(409, 'Conflict', message, details(resource, name));
}

/** Why an optimistic lock was refused. */
export const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 403 with the authorizer's words. */
export function forbidden(resource: GroupName, name: string, why: string): Refusal {
  const subject = name === '' ? full(resource) : `${full(resource)} ${JSON.stringify(name)}`;
  return new Refusal(403, 'Forbidden', `${subject} is forbidden: ${why}`, details(resource, name));
}

/** 400. */
export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message);
}

/** 500 without a reason, as the API server answers errors it did not foresee. */
export function internal(message: string): Refusal {
  return new Refusal(500, '', message);
}

/** 410 for a resourceVersion that history no longer covers. */
export function expired(message: string): Refusal {
  return new Refusal(410, 'Expired', message);
}

/** 422 with one cause per violation. */
export function invalid(kind: GroupName, name: string, causes: readonly Cause[]): Refusal {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const message = `${full(kind)} ${JSON.stringify(name)} is invalid: ${text}`;
  const list = causes.map((cause) => ({ ...cause }));
  return new Refusal(422, 'Invalid', message, { ...details(kind, name), causes: list });
}
