/** What a stop asks for: a human, a dependency, or another try (DESIGN §5). */
export type StopKind = 'stalled' | 'waiting' | 'retry';

/** The stage of a line that a reason belongs to. */
export type Stage = 'config' | 'fetch' | 'verify' | 'scan' | 'render' | 'compare' | 'act';

/** The condition that a stop turns False; `Stalled` is turned True. */
export type StopCondition =
  'Stalled' | 'SourceReady' | 'SourceVerified' | 'SecretsClean' | 'Rendered' | 'InSync';

type StopRow = Readonly<{
  stage: Stage;
  kind: StopKind;
  condition: StopCondition;
  doc: string;
}>;

const row =
  (stage: Stage, condition: StopCondition) =>
  (kind: StopKind, doc: string): StopRow => ({ stage, kind, condition, doc });

const inConfig = row('config', 'Stalled');
const inFetch = row('fetch', 'SourceReady');
const inVerify = row('verify', 'SourceVerified');
const inScan = row('scan', 'SecretsClean');
const inRender = row('render', 'Rendered');
const inCompare = row('compare', 'InSync');
const inAct = row('act', 'InSync');

/** Every reason a line can stop with: the one closed list, one doc line each. */
export const STOP_REASONS = {
  InvalidSpec: inConfig(
    'stalled',
    'The spec breaks a rule that the message names, or sets a field this version does not know.',
  ),
  URLNotAllowed: inConfig('stalled', "The operator's flags do not allow this Git URL."),
  SignersEmpty: inConfig(
    'stalled',
    'A named SignerSet does not exist, is invalid, or none holds a usable key.',
  ),
  CredentialsNotFound: inFetch(
    'waiting',
    'The named Secret is missing, may not be read, or lacks its keys.',
  ),
  AuthenticationFailed: inFetch('retry', 'The Git server refused the credentials.'),
  GitUnreachable: inFetch('retry', 'No connection to the Git server.'),
  GitTimeout: inFetch('retry', 'The Git server did not answer within the deadline.'),
  GitTruncated: inFetch('retry', 'The pack ended early or its checksum is wrong.'),
  GitProtocolError: inFetch('retry', 'The Git server answered with something else than Git.'),
  StoreUnavailable: inFetch(
    'retry',
    "gitward's own volume for Git objects cannot be written or read.",
  ),
  RefNotFound: inFetch(
    'stalled',
    'The branch or tag does not exist on the server, or no tag fits.',
  ),
  RepositoryTooLarge: inFetch(
    'stalled',
    'The pack, or the number of commits to judge, is larger than the limit.',
  ),
  RedirectRefused: inFetch('stalled', 'The Git server redirected; gitward never follows.'),
  HistoryIncomplete: inFetch('stalled', 'The server left out commits that the history needs.'),
  SourceStale: inFetch('stalled', 'No look at the source succeeded for longer than maxStaleness.'),
  CommitMalformed: inVerify('stalled', "A Git object breaks git's own grammar or its name."),
  SignatureMissing: inVerify('stalled', 'A commit carries no signature.'),
  SignatureInvalid: inVerify('stalled', 'A signature does not fit the signed bytes.'),
  SignatureWeak: inVerify('stalled', 'A signature uses a weak digest or key.'),
  SignatureFormatUnsupported: inVerify('stalled', 'A signature of a kind gitward does not verify.'),
  SignerUntrusted: inVerify('stalled', 'A key that no named SignerSet lists.'),
  SignerMismatch: inVerify(
    'stalled',
    "The committer's or author's e-mail is not one of the signer's.",
  ),
  KeyRevoked: inVerify('stalled', 'The signing key is revoked.'),
  KeyExpired: inVerify('stalled', 'The signing key is expired now, at the time of decision.'),
  ThresholdNotMet: inVerify(
    'stalled',
    'A rule asks for more people than signed or approved the commit.',
  ),
  ReviewMissing: inVerify('stalled', "A commit signed by the forge's own key lacks a review."),
  CheckIncomplete: inVerify('retry', 'The check ended before every signature was judged.'),
  HistoryNotLinear: inVerify('stalled', 'A merge commit stands between the anchor and the head.'),
  RevisionRolledBack: inVerify('stalled', 'The branch points to a commit before the anchor.'),
  HistoryRewritten: inVerify('stalled', 'The branch does not contain the anchor, or startAt.'),
  SourceChanged: inVerify('stalled', 'A changed url or ref does not contain the anchor.'),
  AnchorConflict: inVerify(
    'stalled',
    'Ledger and status disagree about the anchor, or the ledger is damaged.',
  ),
  AnchorUntrusted: inVerify(
    'stalled',
    'The key that signed the anchor is revoked as compromised, so what is live is in doubt.',
  ),
  SecretLeakFound: inScan(
    'stalled',
    'A commit brings a secret; it stays in history, so removing it in a later commit is not enough.',
  ),
  ScanIncomplete: inScan(
    'stalled',
    'Something could not be scanned for secrets, so it is not clean.',
  ),
  ManifestInvalid: inRender(
    'stalled',
    'A file is not a manifest that gitward can apply: syntax, kind, chart, kustomization or LFS.',
  ),
  ManifestOutOfScope: inRender(
    'stalled',
    "An object lies outside the target's namespace, or its kind has none.",
  ),
  PathEscapes: inRender('stalled', 'A symlink, submodule or illegal name below the path.'),
  RemoteBaseRefused: inRender(
    'stalled',
    'A kustomization names something outside this repository; gitward fetches nothing for it.',
  ),
  RenderLimitExceeded: inRender(
    'stalled',
    'Files, bytes, documents, depth or aliases over the limit.',
  ),
  DryRunDenied: inCompare('stalled', 'The API server refused the dry-run of an object.'),
  MutatedByAdmission: inCompare('stalled', 'Admission changed the meaning of a field Git sets.'),
  BaselineUnavailable: inCompare(
    'stalled',
    'The server gave no record of the fields gitward owns.',
  ),
  APIUnavailable: inCompare('retry', 'The Kubernetes API did not answer usably.'),
  Forbidden: inAct('stalled', "The target's ServiceAccount lacks a right that the message names."),
  ApplyConflict: inAct('stalled', 'The API server or another GuardedRepo contests the object.'),
  RevertFight: inAct('stalled', 'Another writer keeps undoing the revert; gitward slows down.'),
} as const satisfies Record<string, StopRow>;

/** A reason that ends a line. */
export type StopReason = keyof typeof STOP_REASONS;

/** Reasons of conditions and events that are no stop, one doc line each. */
export const NOTE_REASONS = {
  Succeeded: 'All is as Git says.',
  Pending: 'Not judged yet.',
  DriftReported: 'Drift was found; the target says Report, or the mode is Audit.',
  DriftReverted: 'Drift was found and undone.',
  DriftUnconfirmed: 'Drift was seen but the API server could not confirm it.',
  Suspended: 'The GuardedRepo is suspended; nothing is watched or written.',
  CommitAccepted: 'A commit was accepted and rolled out.',
  ManifestAmbiguous: "YAML versions read some text differently; kubectl's reading was applied.",
  AnchorBootstrapped: 'The first anchor was taken on trust, from startAt or the root.',
  AnchorRestored: 'The anchor was restored from the store that still had it.',
  SignerRetired: 'The key that signed the anchor no longer counts; what it signed before stands.',
  RejectedTipReplaced: 'A rejected head was replaced by one that was accepted.',
  NotScanned: 'Nothing is scanned for secrets: the spec says Off.',
  GuardWeakened: 'Protection was lowered: suspended, mode lowered or GuardedRepo deleted.',
} as const satisfies Record<string, string>;

/** A reason that is no stop. */
export type NoteReason = keyof typeof NOTE_REASONS;

/** Every reason a condition or event may carry. */
export type Reason = StopReason | NoteReason;
