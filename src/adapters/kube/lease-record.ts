import { at, stringAt } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/clock.ts';

/** A Lease as far as the election reads it. */
export type LeaseRecord = Readonly<{
  /** '' when nobody holds it. */
  holder: string;
  /** How long others wait after the last sign of life, milliseconds. */
  durationMs: number;
  renewTime: string;
  acquireTime: string;
  transitions: number;
  /** Every write of the record must match it. */
  version: string;
}>;

const MAX_DURATION_S = 3_600;

/** Reads a Lease; parts that make no sense read as nobody's. */
export function parseLease(json: Json, fallbackMs: number): LeaseRecord {
  const spec = at(json, 'spec');
  const seconds = at(spec, 'leaseDurationSeconds');
  const isSound = typeof seconds === 'number' && seconds > 0 && seconds <= MAX_DURATION_S;
  const transitions = at(spec, 'leaseTransitions');
  return {
    holder: stringAt(spec, 'holderIdentity') ?? '',
    durationMs: isSound ? seconds * 1_000 : fallbackMs,
    renewTime: stringAt(spec, 'renewTime') ?? '',
    acquireTime: stringAt(spec, 'acquireTime') ?? '',
    transitions: typeof transitions === 'number' ? transitions : 0,
    version: stringAt(json, 'metadata', 'resourceVersion') ?? '',
  };
}

/** `metav1.MicroTime`: RFC 3339 with six digits. */
export function toMicroTime(instant: Instant): string {
  return new Date(instant).toISOString().replace(/(\.\d{3})Z$/, '$1000Z');
}

/** What a Lease object is made from. */
export type LeaseDraft = Readonly<{
  namespace: string;
  name: string;
  record: Omit<LeaseRecord, 'version'>;
  /** Absent to create. */
  version?: string;
}>;

/** The Lease object of a record. */
export function leaseJson({ namespace, name, record, version }: LeaseDraft): JsonObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, ...(version === undefined ? {} : { resourceVersion: version }) },
    spec: {
      holderIdentity: record.holder,
      leaseDurationSeconds: Math.max(1, Math.round(record.durationMs / 1_000)),
      acquireTime: record.acquireTime,
      renewTime: record.renewTime,
      leaseTransitions: record.transitions,
    },
  };
}
