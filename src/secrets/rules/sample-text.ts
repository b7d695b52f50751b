/** A text around a secret, and what kind of file it stands for. */
export type Frame = Readonly<{ kind: string; around: (secret: string) => string }>;

/** Places where a token stands that tells itself. Names in them are no provider's. */
export const TOKEN_FRAMES: readonly Frame[] = [
  { kind: 'dotenv', around: (token) => `MODE=production\nCREDENTIAL=${token}\nPORT=8080\n` },
  { kind: 'yaml', around: (token) => `spec:\n  replicas: 2\n  credential: ${token}\n` },
  { kind: 'json', around: (token) => `{"port": 8080, "credential": "${token}"}\n` },
  { kind: 'shell', around: (token) => `curl -fsS -H 'Authorization: Bearer ${token}' "$HOST"\n` },
  { kind: 'code', around: (token) => `const client = connect('${token}', { retries: 3 });\n` },
  { kind: 'terraform', around: (token) => `variable "x" {\n  default = "${token}"\n}\n` },
  { kind: 'xml', around: (token) => `<settings><credential>${token}</credential></settings>\n` },
  { kind: 'quoted json', around: (token) => `{"last": "{\\"credential\\":\\"${token}\\"}"}\n` },
  { kind: 'end of text', around: (token) => `see below\n${token}` },
];

/** Places where a name stands for the kind of value. */
export function namedFrames(name: string): readonly Frame[] {
  const upper = name.toUpperCase();
  return [
    { kind: 'dotenv', around: (value) => `PORT=8080\n${upper}=${value}\n` },
    { kind: 'yaml', around: (value) => `spec:\n  port: 8080\n  ${name}: ${value}\n` },
    { kind: 'json', around: (value) => `{"port": 8080, "${name}": "${value}"}\n` },
    { kind: 'shell', around: (value) => `export ${upper}="${value}"; run\n` },
    { kind: 'code', around: (value) => `  const ${name} = '${value}';\n` },
    { kind: 'terraform', around: (value) => `  ${name}   = "${value}"\n` },
    { kind: 'xml', around: (value) => `<conf><${name}>${value}</${name}></conf>\n` },
    { kind: 'attribute', around: (value) => `<add key="${name}" value="${value}" />\n` },
    { kind: 'container', around: (value) => `env:\n  - name: ${upper}\n    value: "${value}"\n` },
    { kind: 'container json', around: (value) => `[{"name": "${upper}", "value": "${value}"}]\n` },
    { kind: 'call', around: (value) => `setenv("${upper}", "${value}", 1);\n` },
    { kind: 'index', around: (value) => `os.environ["${upper}"] = "${value}"\n` },
    { kind: 'quoted json', around: (value) => `{"last": "{\\"${name}\\":\\"${value}\\"}"}\n` },
    { kind: 'end of text', around: (value) => `${name}: ${value}` },
  ];
}
