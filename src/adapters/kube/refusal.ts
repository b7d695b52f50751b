import { apiVersionOf, formatObject } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ServedKind, ServiceAccount } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';
import { unavailable } from './api-stop.ts';
import { forbidden } from './forbidden.ts';
import { causesText, quote, typedText } from './refusal-text.ts';
import type { StatusError } from './refusal-text.ts';

/** What was asked of the server when it refused. */
export type Attempt = Readonly<{
  act: 'apply' | 'dryRun' | 'read' | 'remove';
  ref: ObjectRef;
  served: ServedKind;
  /** Absent for reads, which are the operator's own. */
  as?: ServiceAccount;
}>;

/** Errors of the server's own conversions: 500 without reason, though the manifest is at fault. */
const CONVERSION = /^(failed to create typed patch object|failed to convert new object)/;
const ADMISSION = /^admission webhook "|denied the request|violates PodSecurity|exceeded quota/;

/** Turns an error about one guarded object into a stop. A 404 about the kind itself is the caller's. */
export function refusalOf(error: ApiError, attempt: Attempt): Stop {
  const detail = { object: attempt.ref };
  switch (error.kind) {
    case 'status':
      return statusStop(error, attempt);
    case 'refused':
      return invalid(error.message, attempt);
    case 'unreachable':
    case 'timeout':
    case 'tooLarge':
    case 'unusable':
    case 'fenced':
      return unavailable(`${doing(attempt)} failed`, error, detail);
  }
}

/** `Applying Deployment/payments/web`. */
function doing({ act, ref }: Attempt): string {
  const verbs = { apply: 'Applying', dryRun: 'Dry-run of', read: 'Reading', remove: 'Deleting' };
  return `${verbs[act]} ${formatObject(ref)}`;
}

function statusStop(error: StatusError, attempt: Attempt): Stop {
  switch (error.code) {
    case 400:
      return badRequest(error, attempt);
    case 403:
      return notAllowed(error, attempt);
    case 404:
      return notFound(error, attempt);
    case 409:
      return conflict(`${doing(attempt)} met a conflict: ${quote(error, attempt.ref)}`, attempt);
    case 405:
    case 415:
      return invalid(`${attempt.ref.kind} does not take server-side apply`, attempt);
    case 413:
      return invalid('the object is too large for the API server', attempt);
    case 422:
      return invalid(causesText(error, attempt.ref), attempt);
    case 500:
      if (isConversion(error)) return invalid(typedText(error, attempt.ref), attempt);
      return unavailable(`${doing(attempt)} failed`, error, { object: attempt.ref });
    default:
      return other(error, attempt);
  }
}

function isConversion(error: StatusError): boolean {
  return error.reason === '' && CONVERSION.test(error.message);
}

function badRequest(error: StatusError, attempt: Attempt): Stop {
  if (ADMISSION.test(error.message)) return denied(error, attempt);
  return invalid(typedText(error, attempt.ref), attempt);
}

function notAllowed(error: StatusError, attempt: Attempt): Stop {
  const isTerminating = error.details.causes.some(
    ({ reason }) => reason === 'NamespaceTerminating',
  );
  if (isTerminating) return namespaceStop('is being deleted', attempt);
  return forbidden(error, attempt) ?? denied(error, attempt);
}

function notFound(error: StatusError, attempt: Attempt): Stop {
  if (isNamespace(error)) return namespaceStop('is gone', attempt);
  const text = `${doing(attempt)} failed: the object was deleted meanwhile.`;
  return conflict(text, attempt);
}

/** Whether a 404 is about the namespace and not about the object. */
export function isNamespace(error: StatusError): boolean {
  return error.details.kind === 'namespaces' && error.details.group === '';
}

/** Whether a 404 says that the server does not serve the path: the kind is gone, no object was looked for. */
export function isPathUnknown(error: ApiError): boolean {
  return error.kind === 'status' && error.code === 404 && error.details.name === '';
}

/** The kind is not served: a manifest of it can not be applied until its CRD is back. */
export function kindUnknown(ref: ObjectRef): Stop {
  const what = `the cluster does not serve ${ref.kind} of ${apiVersionOf(ref)}`;
  const next = 'Install its CustomResourceDefinition or correct apiVersion and kind.';
  return stop('ManifestInvalid', `${formatObject(ref)}: ${what}. ${next}`, { object: ref });
}

/** The namespace is away, so nothing can be written there. */
export function namespaceStop(state: 'is gone' | 'is being deleted', attempt: Attempt): Stop {
  const { namespace } = attempt.ref;
  const next = 'Create it again or remove the target.';
  return conflict(`${doing(attempt)} failed: namespace ${namespace} ${state}. ${next}`, attempt);
}

/** An admission plugin or webhook said no, for reasons of its own. */
function denied(error: StatusError, attempt: Attempt): Stop {
  const text = `${doing(attempt)} was denied by admission: ${quote(error, attempt.ref)}`;
  const reason = attempt.act === 'dryRun' ? 'DryRunDenied' : 'Forbidden';
  return stop(reason, text, { object: attempt.ref });
}

function other(error: StatusError, attempt: Attempt): Stop {
  const isTransient = error.code >= 500 || error.code === 429 || error.code === 401;
  if (isTransient) {
    return unavailable(`${doing(attempt)} failed`, error, { object: attempt.ref });
  }
  if (attempt.act === 'dryRun') return denied(error, attempt);
  return conflict(`${doing(attempt)} was refused: ${quote(error, attempt.ref)}`, attempt);
}

function invalid(why: string, attempt: Attempt): Stop {
  const text = `${formatObject(attempt.ref)} can not be applied: ${why}. Correct the manifest.`;
  return stop('ManifestInvalid', text, { object: attempt.ref });
}

function conflict(text: string, attempt: Attempt): Stop {
  return stop('ApplyConflict', text, { object: attempt.ref });
}
