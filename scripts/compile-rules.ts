import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMPILED_RULES_PATH, compiledModule } from '../src/secrets/rules/compile.ts';
import { WRITTEN_RULES } from '../src/secrets/rules/written.ts';

// Works our own rules out, so that no start has to. A test refuses a stale module.
const target = fileURLToPath(new URL(`../${COMPILED_RULES_PATH}`, import.meta.url));
writeFileSync(target, compiledModule(WRITTEN_RULES));
