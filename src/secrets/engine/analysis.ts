import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { compileRegex } from '../regex/compile.ts';
import type { CompiledRegex, RegexFault } from '../regex/compile.ts';
import { splitLead } from '../regex/lead.ts';
import { parseRegex } from '../regex/parse.ts';
import { tailOf } from './lookahead.ts';
import type { Tail } from './lookahead.ts';

/** All that is worked out about a regex before it runs. */
export type Analysis = Readonly<{ regex: CompiledRegex; tail: Tail | undefined }>;

/** Analyses that were made before, by the source of the regex. */
export type Analyses = Pick<ReadonlyMap<string, Analysis>, 'get' | 'has'>;

/** Works it out. */
export function analyse(source: string): Result<Analysis, RegexFault> {
  const compiled = compileRegex(source);
  if (!compiled.ok) return compiled;
  const regex = compiled.value;
  const parsed = parseRegex(source);
  if (!parsed.ok || regex.anchor === undefined || regex.anchor.hi > 0)
    return ok({ regex, tail: undefined });
  return ok({ regex, tail: tailOf(splitLead(parsed.value.root).body, regex.anchor.literals) });
}
