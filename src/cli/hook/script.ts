/** The hooks that gitward can be. */
export const HOOKS = ['pre-commit', 'pre-push', 'pre-receive', 'update'] as const;

/** One of them. */
export type HookName = (typeof HOOKS)[number];

/** Hooks that git writes lines to; the others learn all from their arguments. */
const FED: ReadonlySet<HookName> = new Set(['pre-push', 'pre-receive']);

/** What the second line of our scripts begins with, whatever their version. */
const MARK = '# Written by `gitward hook install`';

/** Added to the name of a hook that was there before: it runs after gitward, which had no objection. */
export const CHAINED = '.before-gitward';

/** Is this a hook that gitward wrote? */
export function isOurs(text: string): boolean {
  return text.split('\n', 2)[1]?.startsWith(MARK) === true;
}

/** How a hook is written. */
export type ScriptOptions = Readonly<{
  /** Command line that starts gitward, its files by absolute path. Empty: the one on PATH. */
  command: readonly string[];
  /** Whether the hook that was there before runs as well. */
  isChained: boolean;
}>;

/** The text of a hook. Without gitward it refuses: a guard that is missing lets nobody through. */
export function hookScript(name: HookName, { command, isChained }: ScriptOptions): string {
  const lines = [
    '#!/bin/sh',
    `${MARK}; \`gitward hook uninstall\` takes it away.`,
    ...findGitward(name, command),
    ...(isChained ? runBoth(name) : [`gitward hook ${name} "$@"`]),
  ];
  return `${lines.join('\n')}\n`;
}

function findGitward(name: HookName, command: readonly string[]): readonly string[] {
  const advice = 'install it, or run `gitward hook install` again';
  const missing = [
    `  echo "gitward: ${name} refuses, for gitward is not found; ${advice.replaceAll('`', "'")}" >&2`,
    '  exit 1',
    'fi',
  ];
  const isMissing = '! command -v gitward >/dev/null 2>&1; then';
  if (command.length === 0) return [`if ${isMissing}`, ...missing];
  const files = command.filter((part) => part.startsWith('/'));
  const isThere = files.map((file) => `[ -e ${quoted(file)} ]`).join(' && ');
  const words = command.map((part) => quoted(part)).join(' ');
  return [`if ${isThere}; then`, `  gitward() { ${words} "$@"; }`, `elif ${isMissing}`, ...missing];
}

/** Standard input can be read once, and both want it. */
function runBoth(name: HookName): readonly string[] {
  const isFed = FED.has(name);
  const feed = isFed ? `printf '%s' "$input" | ` : '';
  return [
    // Without the dot the shell would cut line ends off.
    ...(isFed ? ['input=$(cat; echo .)', 'input=${input%.}'] : []),
    `${feed}gitward hook ${name} "$@" || exit`,
    `if [ -x "$0${CHAINED}" ]; then`,
    `  ${feed}"$0${CHAINED}" "$@"`,
    'fi',
  ];
}

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
