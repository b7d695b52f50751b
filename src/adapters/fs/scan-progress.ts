import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { appendFile, mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepoKey } from '../../domain/repo-key.ts';
import type { ScanId, ScanProgress, ScannedCommit } from '../../reconcile/ports.ts';

/** Where progress lies, and who hears of what could not be kept. */
export type ProgressOptions = Readonly<{
  /** Everything below `scans` in it is ours. */
  dataDir: string;
  warn?: (message: string) => void;
}>;

/** Longest file: some hundred thousand commits; what is beyond is scanned again after a restart. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

const KEY_BYTES = 32;
const MAC_DIGITS = 64;
const OWNER_ONLY = { dir: 0o700, file: 0o600 };

/**
 * Progress of history scans in files that only grow, one for each repo and plan: each line is a MAC and
 * the commits it vouches for. Lines of another key or plan, and halves that a crash left, do not count.
 */
export function scanProgress(options: ProgressOptions): ScanProgress {
  return new ProgressFiles(options);
}

class ProgressFiles implements ScanProgress {
  readonly #options: ProgressOptions;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  newKey(): string {
    return randomBytes(KEY_BYTES).toString('hex');
  }

  async load(scan: ScanId): Promise<readonly ScannedCommit[]> {
    try {
      await this.#forgetOthers(scan);
      const file = this.#file(scan);
      if ((await stat(file)).size > 2 * MAX_FILE_BYTES) return [];
      const lines = (await readFile(file, 'utf8')).split('\n');
      return lines.flatMap((line) => readLine(line, scan));
    } catch (error) {
      if (!isAbsent(error)) this.#lost(scan.repo);
      return [];
    }
  }

  async append(scan: ScanId, commits: readonly ScannedCommit[]): Promise<void> {
    if (commits.length === 0) return;
    const text = JSON.stringify(commits);
    const file = this.#file(scan);
    try {
      await mkdir(this.#folder(scan.repo), { recursive: true, mode: OWNER_ONLY.dir });
      const held = await stat(file).then(
        ({ size }) => size,
        () => 0,
      );
      if (held + text.length > MAX_FILE_BYTES) return;
      // A line of its own, whatever a crash has left behind.
      await appendFile(file, `\n${macOf(text, scan)}${text}\n`, { mode: OWNER_ONLY.file });
    } catch {
      this.#lost(scan.repo);
    }
  }

  /** Files of other plans: these are over. */
  async #forgetOthers(scan: ScanId): Promise<void> {
    const folder = this.#folder(scan.repo);
    const own = nameOf(scan);
    for (const name of await readdir(folder)) {
      if (name !== own) await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  #folder(repo: RepoKey): string {
    const name = createHash('sha256').update(repo).digest('hex');
    return join(this.#options.dataDir, 'scans', name);
  }

  #file(scan: ScanId): string {
    return join(this.#folder(scan.repo), nameOf(scan));
  }

  #lost(repo: RepoKey): void {
    this.#options.warn?.(
      `the progress of scanning ${repo} for secrets cannot be kept on --data-dir`,
    );
  }
}

function nameOf({ digest }: ScanId): string {
  return createHash('sha256').update(digest).digest('hex');
}

function macOf(text: string, { repo, digest, key }: ScanId): string {
  const mac = createHmac('sha256', Buffer.from(key, 'hex'));
  return mac
    .update(JSON.stringify([repo, digest]))
    .update('\n')
    .update(text)
    .digest('hex');
}

function readLine(line: string, scan: ScanId): readonly ScannedCommit[] {
  const text = line.slice(MAC_DIGITS);
  if (text === '') return [];
  const [said, right] = [Buffer.from(line.slice(0, MAC_DIGITS)), Buffer.from(macOf(text, scan))];
  if (said.length !== right.length || !timingSafeEqual(said, right)) return [];
  // It is what `append` wrote: nobody else has the key.
  return JSON.parse(text) as readonly ScannedCommit[];
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
