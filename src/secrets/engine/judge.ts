import type { Hit } from '../hit.ts';
import type { CompiledAllowlist, Suspect } from './allowlist.ts';
import { entropyOf, entropyOfRunes } from './entropy.ts';
import type { Input } from './input.ts';
import type { Slot } from './slot.ts';
import type { EngineOptions } from './scanner.ts';
import type { Match } from './search.ts';
import { latin1 } from './view.ts';

/** Decides whether a match is a leak, and what of it is the secret. */
export class Judge {
  readonly #options: EngineOptions;
  readonly #isGitleaks: boolean;
  /** Global allowlists that are for every rule. */
  readonly #global: readonly CompiledAllowlist[];

  constructor(options: EngineOptions, global: readonly CompiledAllowlist[]) {
    this.#options = options;
    this.#isGitleaks = options.dialect === 'gitleaks';
    this.#global = global;
  }

  /** The leak, or undefined where it is harmless. */
  hitOf(slot: Slot, found: Match, input: Input): Hit | undefined {
    const { rule } = slot;
    const trimmed = trim(latin1(input.bytes, found.start, found.end));
    const secret = this.#secretOf(slot, found, trimmed.text);
    if (secret === undefined || !this.#isUnlikely(slot, secret)) return undefined;
    // gitleaks trims both sides and moves the end only.
    const start = this.#isGitleaks ? found.start : found.start + trimmed.left;
    const end = start + trimmed.text.length;
    const around = this.#isGitleaks ? input.aroundAsGitleaks(start, end) : input.around(start, end);
    if (this.#options.inlineAllow && input.isMarked(around)) return undefined;
    const suspect: Suspect = {
      secret,
      match: trimmed.text,
      lines: () => input.cut(around, start, end),
    };
    const allows = (list: CompiledAllowlist): boolean => list.allows(suspect, input.place);
    if (this.#global.some(allows) || slot.allowlists.some(allows)) return undefined;
    return {
      ...{ rule: rule.id, start, end, secret, match: trimmed.text },
      line: input.lines.countBefore(start + 1) + 1,
      endLine: input.lines.countBefore(end) + 1,
    };
  }

  #isUnlikely({ rule }: Slot, secret: string): boolean {
    const { entropy, rarity } = rule;
    if (entropy !== undefined && entropy !== 0) {
      const bits = this.#isGitleaks ? entropyOfRunes(secret) : entropyOf(secret);
      if (bits <= entropy) return false;
    }
    const { rarity: rarityOf } = this.#options;
    return rarity === undefined || rarityOf === undefined || rarityOf(secret) >= rarity;
  }

  #secretOf({ rule, pattern }: Slot, found: Match, match: string): string | undefined {
    let { groups } = found;
    const isCut = match.length !== found.end - found.start;
    if (this.#isGitleaks && pattern !== undefined && (isCut || pattern.regex.hasEdges)) {
      // gitleaks matches the trimmed text again, by itself: edges may give other groups, or none.
      pattern.whole.lastIndex = 0;
      groups = pattern.whole.exec(match)?.slice(1) ?? [];
    }
    if (groups.length === 0) return match;
    const { secretGroup } = rule;
    if (secretGroup === undefined || secretGroup === 0) return groups.find(isGiven) ?? match;
    const group = groups[secretGroup - 1];
    if (this.#isGitleaks) return secretGroup > groups.length ? undefined : (group ?? '');
    return isGiven(group) ? group : match;
  }
}

function isGiven(group: string | undefined): group is string {
  return group !== undefined && group !== '';
}

/** Without newlines around it, and how many there were in front. */
function trim(text: string): Readonly<{ text: string; left: number }> {
  let left = 0;
  let right = text.length;
  while (left < right && text[left] === '\n') left++;
  while (right > left && text[right - 1] === '\n') right--;
  return { text: text.slice(left, right), left };
}
