import type { GuardedRepo, GuardedRepoStatus } from '../api/guardedrepo.ts';
import type { Reason } from '../api/reasons.ts';
import type { SignerSet } from '../api/signerset.ts';
import type { RawObject } from '../domain/git-object.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { GroupVersionKind, ObjectRef } from '../domain/object-ref.ts';
import type { Oid } from '../domain/oid.ts';
import type { ApprovedPlan } from '../domain/proof.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Result } from '../domain/result.ts';
import type { Stop } from '../domain/stop.ts';
import type { LocatedLeak } from '../policy/evidence.ts';
import type { LedgerEntry } from '../policy/ledger.ts';

/** Who gitward is to a Git server. */
export type Credentials =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'basic'; username: string; password: string }>
  | Readonly<{ kind: 'bearer'; token: string }>
  /** An app installed in an organisation of GitHub; the key is RSA in PEM, the URL that of the API. */
  | Readonly<{
      kind: 'githubApp';
      appId: string;
      installationId: string;
      privateKey: string;
      baseUrl?: string;
    }>
  /** For `ssh://`: a private key in OpenSSH's form or PEM, and the text of a known_hosts file. */
  | Readonly<{ kind: 'ssh'; identity: string; passphrase?: string; knownHosts: string }>;

/** How to speak to one Git server. Secrets stay in here; no message ever quotes them. */
export type Remote = Readonly<{
  /** As the spec has it: http(s) without userinfo, or ssh. */
  url: string;
  credentials: Credentials;
  /** PEM; replaces the system's CAs where given. */
  ca?: string;
  /** PEM; shown to https servers that ask for one. */
  clientCertificate?: Readonly<{ cert: string; key: string }>;
  /**
   * A CONNECT proxy, `http://host:port` or `https://host:port`; it looks up the server's name. `ca` is
   * PEM and replaces the system's CAs for the proxy's own certificate.
   */
  proxy?: Readonly<{ url: string; username?: string; password?: string; ca?: string }>;
}>;

/** Bounds of one fetch. */
export type FetchLimits = Readonly<{ maxPackBytes: number; timeoutMs: number }>;

/** Reads objects; what is not there is missing from the answer. Callers re-hash every byte. */
export interface ObjectReader {
  readMany(oids: readonly Oid[]): Promise<Result<ReadonlyMap<Oid, RawObject>>>;
}

/** One ref as the server names it; `peeled` is the commit behind an annotated tag, where the server says so. */
export type ServerRef = Readonly<{ name: string; oid: Oid; peeled?: Oid }>;

/** Freshly fetched objects beside the published ones; nothing outside sees them until `publish`. */
export interface Quarantine extends ObjectReader {
  /** What the refs named when the pack was asked for, by full name; the first one asked for is there. */
  readonly refs: ReadonlyMap<string, ServerRef>;
  /** Makes the objects part of the published store, atomically; the quarantine is gone afterwards. */
  publish(): Promise<Result<void>>;
  /** Forgets everything fetched. Safe to call twice and after `publish`. */
  discard(): Promise<void>;
}

/** One repository's Git. Refs are below refs/heads/, refs/tags/ or refs/notes/, else `InvalidSpec`. */
export interface GitPort {
  /**
   * Asks for refs by full name (`refs/heads/main`) or by prefix that ends with `/`; what the server
   * lacks is missing from the answer. More than 10,000 below one prefix are `RepositoryTooLarge`.
   */
  refs(
    wanted: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, ServerRef>>>;
  /**
   * Fetches everything that the named refs reach and `have` does not. Full names: the first must
   * exist, else `RefNotFound`; others may be missing.
   */
  fetch(
    wanted: readonly string[],
    have: Oid | undefined,
    signal: AbortSignal,
  ): Promise<Result<Quarantine>>;
  /** The published store, usable with the server gone. */
  readonly published: ObjectReader;
  /** Drops the published store, for one that turned out to be damaged. */
  reset(): Promise<void>;
}

/** Opens repositories; two GuardedRepos never share a store, a connection or credentials. */
export interface GitSource {
  open(repo: RepoKey, remote: Remote, limits: FetchLimits): GitPort;
}

/** Who a write is made as. */
export type ServiceAccount = Readonly<{ namespace: string; name: string }>;

/** The guarded objects. Writes and dry-runs impersonate; an empty account name is refused as `Forbidden`. */
export interface GuardedObjects {
  /** Server-side apply with force, as `gitward`; answers the stored object. */
  apply(plan: ApprovedPlan, as: ServiceAccount): Promise<Result<JsonObject>>;
  /** The same as a dry-run: what would be stored. */
  dryRun(manifest: Manifest, as: ServiceAccount): Promise<Result<JsonObject>>;
  /** With the operator's own read rights; `undefined` when there is none. */
  read(ref: ObjectRef): Promise<Result<JsonObject | undefined>>;
  /** Deletes, impersonated, in the foreground of nothing; gone already is success. */
  remove(ref: ObjectRef, as: ServiceAccount): Promise<Result<void>>;
}

/** A kind as the API server serves it. */
export type ServedKind = GroupVersionKind & Readonly<{ resource: string; namespaced: boolean }>;

/** Which kinds the server knows. Unknown is `undefined`; it asks again before saying so. */
export interface KindPort {
  find(kind: GroupVersionKind): Promise<Result<ServedKind | undefined>>;
}

/** What a watch of one kind in one namespace tells. Objects are raw JSON, dropped after the call. */
export type WatchListener = Readonly<{
  /** Seen by list or watch; may be older than what was written meanwhile, may come twice. */
  upsert(object: JsonObject): void;
  /** Deleted, or missing from a later full list. */
  gone(identity: Readonly<{ namespace: string; name: string; uid: string }>): void;
  /** After every full list, the first included. */
  synced(): void;
  /** `alive: false` while nothing can be seen (dead watch, forbidden, kind gone). */
  health(state: Readonly<{ alive: true }> | Readonly<{ alive: false; why: Stop }>): void;
}>;

/** One running reflector's handle for one listener. */
export interface WatchHandle {
  close(): void;
}

/** Shared reflectors, one per kind and namespace ('' is all), under the operator's own read rights. */
export interface WatchPort {
  open(kind: ServedKind, namespace: string, listener: WatchListener): WatchHandle;
}

/** A ledger entry with the resourceVersion that the next save must match. */
export type StoredEntry = Readonly<{ entry: LedgerEntry; version: string }>;

/** gitward's own record, in its own namespace. A save that lost a race is a `retry` stop. */
export interface LedgerPort {
  load(repo: RepoKey): Promise<Result<StoredEntry | undefined>>;
  save(repo: RepoKey, entry: LedgerEntry, version: string | undefined): Promise<Result<string>>;
}

/** A commit of a history that was scanned whole, and what it brought. */
export type ScannedCommit = Readonly<{ oid: Oid; leaks: readonly LocatedLeak[] }>;

/** Whose scan it is: of which repo, under which plan, and the key that only the ledger holds. */
export type ScanId = Readonly<{ repo: RepoKey; digest: string; key: string }>;

/**
 * How far histories are scanned, over restarts. Nothing here is trusted that is not authenticated by the
 * key, and to lose all of it costs time only. Never fails the caller.
 */
export interface ScanProgress {
  /** A fresh secret for the ledger. */
  newKey(): string;
  /** What is known under this very plan; what is damaged or of others is not there. */
  load(scan: ScanId): Promise<readonly ScannedCommit[]>;
  append(scan: ScanId, commits: readonly ScannedCommit[]): Promise<void>;
}

/** One message about one object, shown by `kubectl describe`. */
export type EventNote = Readonly<{
  type: 'Normal' | 'Warning';
  reason: Reason;
  message: string;
  /** Where the event hangs; the GuardedRepo unless given. */
  about?: ObjectRef;
}>;

/** What `report` writes: nothing else writes status or events. */
export interface ReportPort {
  status(repo: GuardedRepo, status: GuardedRepoStatus): Promise<Result<void>>;
  event(repo: GuardedRepo, note: EventNote): Promise<void>;
}

/** What the line reads of the cluster besides guarded objects. */
export interface ClusterPort {
  /** The GuardedRepo as last seen, or why what was seen is none. */
  repo(key: RepoKey): Result<GuardedRepo> | undefined;
  /** Every GuardedRepo seen, readable or not. */
  repos(): readonly RepoKey[];
  signerSets(names: readonly string[]): readonly SignerSet[];
  /** The decoded values of a Secret; `undefined` when there is none. */
  secret(namespace: string, name: string): Promise<Result<ReadonlyMap<string, string> | undefined>>;
  /** Adds or removes gitward's finalizer. */
  finalizer(repo: GuardedRepo, present: boolean): Promise<Result<void>>;
}
