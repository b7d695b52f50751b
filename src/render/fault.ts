import type { ObjectRef } from '../domain/object-ref.ts';
import { stopped } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';

/** Why an object or file cannot be rendered: what is wrong and what to do, without any value. */
export type Fault = Readonly<{
  reason:
    | 'ManifestInvalid'
    | 'RenderLimitExceeded'
    | 'ManifestOutOfScope'
    | 'PathEscapes'
    | 'RemoteBaseRefused';
  text: string;
}>;

/** Where in the repository an object stands; lines and documents count from 1. */
export type FilePlace = Readonly<{ path: string; line?: number; document?: number }>;

/** A manifest that is against the rules. */
export function invalid(text: string): { readonly ok: false; readonly stop: Fault } {
  return stopped({ reason: 'ManifestInvalid', text });
}

/** The stop that a fault becomes once its place is known. */
export function stopAt(place: FilePlace, fault: Fault, object?: ObjectRef): Stop {
  const message = `${formatPlace(place)}: ${fault.text}`;
  return stop(fault.reason, message, object === undefined ? {} : { object });
}

/** `deploy/web.yaml line 12, document 2`. */
export function formatPlace({ path, line, document }: FilePlace): string {
  const parts = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(document === undefined ? [] : [`document ${document}`]),
  ];
  return [path, parts.join(', ')].filter((part) => part !== '').join(' ');
}
