import type { ParsedCommit, PersonStamp } from '../../commit/parse.ts';
import { toTimestamp } from '../../domain/clock.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/stop.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import type { Leak } from '../leaks/leak.ts';
import type { Problem } from './problem.ts';
import type { Report } from './report.ts';

/** Items of a list that are written in one piece. */
const ITEMS_AT_ONCE = 500;

/** Writes a report as one JSON object (docs/check.md), piece by piece: a long history never is one text. */
export function* writeJson(report: Report): Generator<string> {
  const { verdict, repository, range, trustDigest, policyDigest } = report;
  const head: JsonObject = {
    ...{ verdict, repository: printable(repository) },
    range: { from: range?.from ?? null, to: range?.to ?? null },
    ...{ trustDigest: trustDigest ?? null, policyDigest: policyDigest ?? null },
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"commits":[`;
  yield* items(report.commits, (commit) => commitOf(commit, report.signatures.get(commit.oid)));
  yield `],\n"findings":[`;
  yield* items(report.findings, findingOf);
  yield ']}\n';
}

/** The members of a JSON list, without its brackets. */
export function* items<T>(values: readonly T[], jsonOf: (value: T) => Json): Generator<string> {
  for (let start = 0; start < values.length; start += ITEMS_AT_ONCE) {
    const piece = values.slice(start, start + ITEMS_AT_ONCE);
    const text = piece.map((value) => `\n${JSON.stringify(jsonOf(value))}`).join(',');
    yield start === 0 ? text : `,${text}`;
  }
}

function commitOf(commit: ParsedCommit, found: SignatureEvidence | undefined): Json {
  return {
    oid: commit.oid,
    parents: commit.parents,
    subject: commit.subject,
    author: personOf(commit.author),
    committer: personOf(commit.committer),
    signature: signatureOf(commit, found),
  };
}

function personOf({ name, email, when }: PersonStamp): Json {
  return { name: printable(name), email: printable(email), date: toTimestamp(when) };
}

function signatureOf({ signature }: ParsedCommit, found: SignatureEvidence | undefined): Json {
  const format = signature?.format ?? null;
  if (found?.kind === 'good') {
    const { signer } = found;
    const who = { name: signer.name, signerSet: signer.signerSet, class: signer.class };
    return { verified: true, format, signer: who, key: signer.fingerprint, reason: null };
  }
  const reason = found?.reason ?? null;
  return { verified: false, format, signer: null, key: found?.key ?? null, reason };
}

function findingOf({ reason, oid, message, leak, gap, isOnlyTold }: Problem): Json {
  return {
    ...{ reason, ...(oid === undefined ? {} : { oid }), message },
    ...(isOnlyTold === true ? { decides: false } : {}),
    ...(leak === undefined ? {} : leakOf(leak)),
    ...(gap === undefined ? {} : { path: printable(gap.path), line: gap.gap.line }),
  };
}

function leakOf({ finding, description, fix }: Leak): JsonObject {
  const { rule, severity, path, line, endLine, within, fingerprint, hint } = finding;
  return {
    ...{ rule, severity, path: printable(path), line, endLine, fingerprint },
    ...(within === undefined ? {} : { within: printable(within) }),
    ...{ hint, description: printable(description), fix: printable(fix) },
  };
}
