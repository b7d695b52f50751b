import { formatObject } from '../../domain/object-ref.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ServiceAccount } from '../../reconcile/ports.ts';
import type { Attempt } from './refusal.ts';
import type { StatusError } from './refusal-text.ts';
import { accountUser } from './wire-request.ts';

/** The RBAC authorizer's own sentence (apiserver, authorizationerrors). */
const RBAC = /cannot ([a-z]{1,20}) resource "([^"]{1,253})" in API group "([^"]{0,253})"/;
const ESCALATION = /is attempting to grant RBAC permissions not currently held/;

type Right = Readonly<{
  verb: string;
  group: string;
  resource: string;
  name?: string;
  namespace: string;
}>;

/** The stop for a missing right; `undefined` when the 403 is admission's. */
export function forbidden(error: StatusError, attempt: Attempt): Stop | undefined {
  const { as, ref } = attempt;
  const sentence = RBAC.exec(error.message);
  if (sentence?.[1] === 'impersonate' && as !== undefined) return impersonation(as, attempt);
  if (ESCALATION.test(error.message)) return escalation(attempt);
  const verb = sentence?.[1] ?? (isCreateRefused(error) ? 'create' : undefined);
  if (verb === undefined) return undefined;
  const right: Right = {
    verb,
    group: sentence?.[3] ?? attempt.served.group,
    resource: sentence?.[2] ?? attempt.served.resource,
    namespace: ref.namespace,
    // A create is asked about before the name is known to the authorizer.
    ...(verb === 'create' ? {} : { name: ref.name }),
  };
  return missing(right, attempt);
}

/** Apply makes an object only with `create`; the server then refuses without saying why. */
function isCreateRefused(error: StatusError): boolean {
  return /is forbidden:\s*$/.test(error.message);
}

function missing(right: Right, { as, ref }: Attempt): Stop {
  const who = as === undefined ? "gitward's own account" : `ServiceAccount ${format(as)}`;
  const what = `${right.verb} ${right.resource}${right.group === '' ? '' : `.${right.group}`}`;
  const named = right.name === undefined ? '' : ` "${right.name}"`;
  const where = right.namespace === '' ? '' : ` in namespace ${right.namespace}`;
  const grant = `Grant it by RBAC: ${rule(right)}.`;
  const text = `${formatObject(ref)}: ${who} may not ${what}${named}${where}. ${grant}`;
  return stop('Forbidden', text, { object: ref });
}

function impersonation(as: ServiceAccount, { ref }: Attempt): Stop {
  const right: Right = {
    verb: 'impersonate',
    group: '',
    resource: 'serviceaccounts',
    name: as.name,
    namespace: as.namespace,
  };
  const who = `gitward may not act as ServiceAccount ${format(as)}`;
  const where = `In namespace ${as.namespace}, bind a Role with this rule to gitward's own account`;
  return stop('Forbidden', `${formatObject(ref)}: ${who}. ${where}: ${rule(right)}.`, {
    object: ref,
  });
}

function escalation({ as, ref }: Attempt): Stop {
  const who = as === undefined ? "gitward's own account" : `ServiceAccount ${format(as)}`;
  const next = 'Grant it those rights or the verb escalate (roles) or bind (role bindings).';
  const text = `${formatObject(ref)}: ${who} may not grant rights that it does not hold itself. ${next}`;
  return stop('Forbidden', text, { object: ref });
}

function format(account: ServiceAccount): string {
  return `${account.namespace}/${account.name} (${accountUser(account)})`;
}

/** The line to add to a Role. */
function rule({ verb, group, resource, name }: Right): string {
  const names = name === undefined ? '' : `, resourceNames: ["${name}"]`;
  return `{apiGroups: ["${group}"], resources: ["${resource}"]${names}, verbs: ["${verb}"]}`;
}
