import type { Allowlist } from '../../rule.ts';

/** What stands in documentation where a token belongs. The words are long enough not to turn up in random text. */
export const PLACEHOLDER: Allowlist = {
  condition: 'OR',
  paths: [],
  // One count is the whole of it, or of what stands behind the prefix. A token in which somebody counts a little is
  // a token all the same: whoever blocks must not be talked out of it.
  regexes: [
    '(?i)(?:^|[_.:-])(?:(?:0123456789abcdef)+|0?1234567890?[a-z]*|[0-9_-]+)$',
    '(?:^|[_.:-])(?:abcdefghij[a-z]*|ABCDEFGHIJ[A-Z]*)[0-9]*$',
  ],
  target: 'secret',
  stopwords: [
    'example',
    'placeholder',
    'changeme',
    'change-me',
    'redacted',
    'dummy',
    'xxxxx',
    'xxxx-xxxx',
    'your-',
    'your_',
    'yourtoken',
    'yourapi',
    'yoursecret',
    'replace-me',
    'replace_me',
    'replaceme',
    'insert-',
    'insert_',
    '0000000000',
    '1111111111',
    'deadbeefdeadbeef',
    'qwerty',
    'asdfghjkl',
  ],
  commits: [],
  rules: [],
};
