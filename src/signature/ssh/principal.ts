/** Longest pattern, in octets; a list with a longer one matches nothing (OpenSSH's match_pattern_list). */
const MAX_PATTERN_BYTES = 1_022;

const NEGATION = '!';
const STAR = 0x2a;
const QUESTION = 0x3f;

/**
 * Whether an address is on a list of patterns, as OpenSSH's pattern lists work (ssh_config(5), PATTERNS):
 * `*` is any octets, `?` is one, case counts, and a pattern that begins with `!` and matches takes the
 * address off whatever else matches. A list of negations alone matches nothing.
 */
export function matchesPrincipal(patterns: readonly string[], address: string): boolean {
  const wanted = Buffer.from(address);
  let isListed = false;
  for (const pattern of patterns) {
    const isNegated = pattern.startsWith(NEGATION);
    const glob = Buffer.from(isNegated ? pattern.slice(1) : pattern);
    if (glob.length > MAX_PATTERN_BYTES) return false;
    if (!matchesGlob(glob, wanted)) continue;
    if (isNegated) return false;
    isListed = true;
  }
  return isListed;
}

/** Whether a pattern names one address and no more. */
export function isPlainPrincipal(pattern: string): boolean {
  return pattern !== '' && !/^!|[*?]/.test(pattern);
}

/** Goes back to the latest star only, so that hostile patterns cost at most one length times the other. */
function matchesGlob(glob: Buffer, text: Buffer): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  let resume = 0;
  while (from < text.length) {
    if (glob[at] === STAR) {
      star = at;
      resume = from;
      at += 1;
    } else if (glob[at] === QUESTION || (at < glob.length && glob[at] === text[from])) {
      at += 1;
      from += 1;
    } else if (star === -1) return false;
    else {
      resume += 1;
      from = resume;
      at = star + 1;
    }
  }
  return glob.subarray(at).every((octet) => octet === STAR);
}
