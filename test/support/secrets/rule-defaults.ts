/** What a rule of gitleaks' TOML has where the file says nothing. */
export const EMPTY = {
  allowlists: [],
  required: [],
  isSilent: false,
  isGeneric: false,
  keywords: [],
};

/** What an allowlist has where the file says nothing. */
export const LIST = {
  condition: 'OR',
  target: 'secret',
  paths: [],
  regexes: [],
  stopwords: [],
  commits: [],
  rules: [],
};
