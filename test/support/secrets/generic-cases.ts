/**
 * One text for each generic rule: id, path, text, and what stands at `§` in it. Values are made here,
 * so that no scanner takes this file for a leak.
 */
export type GenericCase = readonly [rule: string, path: string, text: string, value: string];

/** What stands in documents and templates where a secret belongs. */
export const REPLACED: readonly string[] = [
  '${SECRET}',
  '{{ secret }}',
  '<your-secret>',
  'changeme',
];

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The same characters for the same seed. */
function drawn(alphabet: string, length: number, seed = 7): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return alphabet[(state >>> 16) % alphabet.length];
  }).join('');
}

const PASSWORD = ['corr', '3ct', '-Ho', 'rse'].join('');
const TOKEN = drawn(ALNUM, 40);
const HEX = (length: number): string => drawn('0123456789abcdef', length);
const BASE64 = (length: number): string => drawn(`${ALNUM}+/`, length, 11);
const CRYPT = (length: number): string => drawn(`./${ALNUM}`, length, 5);
const BEGIN = (label: string): string => `-----BEGIN ${label}-----`;
/** Somebody counts in it, and it is not all of it. */
const COUNTED = ['abcdef', '1234567890'].join('').repeat(2);
const UUID = [8, 4, 4, 4, 12].map(HEX).join('-');
const B64 = (text: string): string => Buffer.from(text).toString('base64');
const JWT = [B64('{"alg":"RS256","kid":"1"}'), B64('{"sub":"team:payments"}'), TOKEN]
  .join('.')
  .replaceAll('=', '');
const PEM = BASE64(160);
const PEM_WRAPPED = B64(`${BEGIN('RSA PRIVATE KEY')}\n${PEM}`);

const PUTTY = ['PuTTY-User-Key-File', `3: ssh-ed25519\n${PEM}\n`].join('-');
const AGE = ['AGE-SECRET-KEY', `1${drawn('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}`].join('-');

const PRIVATE_KEYS: readonly GenericCase[] = [
  ['private-key', 'tls.key', `${BEGIN('RSA PRIVATE KEY')}\n§\n`, PEM],
  ['private-key', 'a.json', `{"key": "${BEGIN('PRIVATE KEY')}\\n§\\n"}`, PEM],
  ['ssh-private-key', 'a.yaml', `  ${BEGIN('OPENSSH PRIVATE KEY')}\n  §\n`, PEM],
  ['encrypted-private-key', 'tls.key', `${BEGIN('ENCRYPTED PRIVATE KEY')}\n§\n`, PEM],
  ['pgp-private-key', 'a.asc', `${BEGIN('PGP PRIVATE KEY BLOCK')}\n\n§\n`, PEM],
  ['private-key-base64', 'a.yaml', 'tls.key: §', PEM_WRAPPED],
  ['putty-private-key', 'a.txt', '§Private-Lines: 1', PUTTY],
  ['age-secret-key', 'a.txt', '§', AGE],
  ['minisign-secret-key', 'a.key', `untrusted comment: minisign secret key\n§`, `RW${BASE64(100)}`],
  ['wireguard-private-key', 'wg0.conf', 'PrivateKey = §', `${BASE64(42)}A=`],
  ['json-web-key-private', 'a.json', '{"kty":"EC","d":"§"}', TOKEN + HEX(3)],
];

const FILES: readonly GenericCase[] = [
  ['key-store-file', 'deploy/app.p12', '', ''],
  ['password-database-file', 'team.kdbx', '', ''],
  ['ssh-private-key-file', '.ssh/id_ed25519', '', ''],
  ['age-key-file', 'clusters/prod.agekey', '', ''],
  ['browser-password-file', 'profile/logins.json', '', ''],
  ['kubernetes-admin-file', '.kube/config', '', ''],
];

const FORMATS: readonly GenericCase[] = [
  ['json-web-token', 'a.txt', '§', JWT],
  ['json-web-token-base64', 'a.yaml', 'data: §', B64(JWT).replaceAll('=', '')],
  ['nats-seed', 'a.creds', '§', `SU${drawn('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 56)}`],
  ['docker-auth', 'config.json', '{"auths":{"r.io":{"auth":"§"}}}', B64(`bot:${TOKEN}`)],
  [
    'docker-auth-base64',
    'a.yaml',
    '.dockerconfigjson: §',
    B64(`{"auths":{"r.io":{"auth":"${TOKEN}"}}}`),
  ],
  ['netrc-password', '.netrc', 'machine git.corp.net login bot password §', PASSWORD],
  ['pgpass-password', '.pgpass', 'db:5432:shop:bot:§', PASSWORD],
  ['npm-auth', '.npmrc', '//npm.corp.net/:_authToken=§', TOKEN],
  [
    'azure-storage-connection',
    'a.env',
    'C=DefaultEndpointsProtocol=https;AccountKey=§',
    `${BASE64(86)}==`,
  ],
  [
    'one-time-password-seed',
    'a.txt',
    'otpauth://totp/team?secret=§',
    drawn('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 32),
  ],
  ['swarm-join-token', 'a.sh', 'docker swarm join --token §', `SWMTKN-1-${HEX(50)}-${HEX(25)}`],
  [
    'kubernetes-bootstrap-token',
    'a.sh',
    'kubeadm join --token §',
    `${HEX(6)}.${drawn('abcdefghijklmnopqrstuvwxyz0123456789', 16)}`,
  ],
  ['vault-unseal-key', 'a.txt', 'Unseal Key 1: §', `${BASE64(43)}=`],
  ['openshift-token', 'a.sh', 'oc login x §', `sha256~${drawn(ALNUM, 43)}`],
];

const FRAMEWORKS: readonly GenericCase[] = [
  ['django-secret-key', 'settings.py', "SECRET_KEY = '§'", TOKEN],
  ['rails-secret-key-base', 'secrets.yml', 'secret_key_base: §', HEX(128)],
  ['rails-master-key', 'config/master.key', '§', HEX(32)],
  ['laravel-app-key', '.env', 'APP_KEY=§', `base64:${BASE64(43)}=`],
  ['wordpress-salt', 'wp-config.php', "define('AUTH_SALT', '§');", TOKEN],
  ['drupal-hash-salt', 'settings.php', "$settings['hash_salt'] = '§';", TOKEN],
  ['session-secret', 'app.js', "sessionSecret: '§'", TOKEN],
  ['jenkins-credential', 'credentials.xml', '<password>§</password>', `{AQAAABAAAA${BASE64(40)}=}`],
  ['maven-encrypted-password', 'settings.xml', '<password>{§}</password>', `${BASE64(43)}=`],
  ['group-policy-password', 'Groups.xml', 'cpassword="§"', BASE64(43)],
  ['ftp-client-password', 'sitemanager.xml', '<Pass encoding="base64">§</Pass>', BASE64(17)],
  ['cloud-init-password', 'user-data', 'chpasswd:\n  list: |\n    root:§\n', PASSWORD],
  ['kubeconfig-client-key', 'a.yaml', 'client-key-data: §', BASE64(200)],
  ['terraform-state-attribute', 'terraform.tfstate', '"result": "§"', TOKEN],
  ['vault-app-role', 'a.sh', 'vault write auth/approle/login secret_id=§', UUID],
];

const HASHES: readonly GenericCase[] = [
  ['password-hash-bcrypt', 'users', 'admin:§', `$2b$12$${CRYPT(53)}`],
  ['password-hash-sha-crypt', 'shadow', 'root:§:1:', `$6$${CRYPT(16)}$${CRYPT(86)}`],
  ['password-hash-md5-crypt', 'users', 'root:§', `$1$${CRYPT(8)}$${CRYPT(22)}`],
  ['password-hash-cisco', 'router.txt', 'secret 8 §', `$8$${CRYPT(14)}$${CRYPT(43)}`],
  ['kerberos-ticket-hash', 'a.txt', '§', `$krb5asrep$23$${HEX(32)}$${HEX(64)}`],
  ['password-hash-yescrypt', 'shadow', 'root:§', `$y$j9T$${CRYPT(22)}$${CRYPT(43)}`],
  [
    'password-hash-argon2',
    'users.yml',
    'hash: §',
    `$argon2id$v=19$m=65536,t=3,p=4$${BASE64(22)}$${BASE64(43)}`,
  ],
  [
    'password-hash-pbkdf2',
    'dump.sql',
    "'§'",
    `pbkdf2_sha256$600000$${TOKEN.slice(0, 22)}$${BASE64(43)}=`,
  ],
  ['password-hash-ldap', 'users.ldif', 'userPassword: §', `{SSHA}${BASE64(38)}==`],
  [
    'password-hash-postgres',
    'dump.sql',
    "'§'",
    `SCRAM-SHA-256$4096:${BASE64(22)}==$${BASE64(43)}=:${BASE64(43)}=`,
  ],
  ['htpasswd-entry', '.htpasswd', 'bob:§\n', CRYPT(13)],
];

const ADDRESSES: readonly GenericCase[] = [
  ['url-credentials', 'a.yaml', 'url: https://bot:§@git.corp.net/app.git', PASSWORD],
  ['database-address-credentials', 'a.go', '"shop:§@tcp(db:3306)/shop"', PASSWORD],
  ['jdbc-credentials', 'a.properties', 'url=jdbc:oracle:thin:shop/§@db:1521/x', PASSWORD],
  ['basic-authorization', 'a.py', "{'Authorization': 'Basic §'}", B64(`bot:${PASSWORD}`)],
  ['bearer-authorization', 'a.http', 'Authorization: Bearer §', TOKEN],
  ['authorization-header', 'a.http', 'Authorization: §', TOKEN],
  ['curl-user', 'a.sh', 'curl -u bot:§ https://git.corp.net', PASSWORD],
];

const COMMANDS: readonly GenericCase[] = [
  ['password-flag', 'a.sh', 'tool --db-password § run', PASSWORD],
  ['token-flag', 'a.sh', 'tool --api-key=§ run', TOKEN],
  ['sshpass-password', 'a.sh', "sshpass -p '§' ssh host", PASSWORD],
  ['database-client-password', 'a.sh', 'mysql -uroot -p§ shop', PASSWORD],
  ['short-password-flag', 'a.sh', 'docker login -u bot -p § r.io', PASSWORD],
  ['windows-command-password', 'a.bat', 'psexec \\\\srv -u bot -p § cmd', PASSWORD],
  ['powershell-secure-string', 'a.ps1', 'ConvertTo-SecureString "§" -AsPlainText', PASSWORD],
  ['htpasswd-command', 'a.sh', 'htpasswd -bc users bob §', PASSWORD],
  ['chpasswd-input', 'a.sh', 'echo "root:§" | chpasswd', PASSWORD],
  ['sql-password', 'a.sql', "CREATE USER bot IDENTIFIED BY '§';", PASSWORD],
  ['sql-role-password', 'a.sql', "ALTER ROLE bot WITH PASSWORD '§';", PASSWORD],
  ['sql-set-password', 'a.sql', "SET PASSWORD = PASSWORD('§');", PASSWORD],
  ['network-device-password', 'router.cfg', 'enable secret 0 §', PASSWORD],
];

const ASSIGNED: readonly GenericCase[] = [
  ['password-quoted', 'a.py', "db_password = '§'", PASSWORD],
  ['password-quoted', 'a.json', '{\\"adminPassword\\": \\"§\\"}', PASSWORD],
  ['password-in-configuration', 'values.yaml', 'rootPassword: §', PASSWORD],
  ['password-in-environment', 'Dockerfile.md', 'ENV DB_PASSWORD=§', PASSWORD],
  ['password-in-call', 'a.py', "os.environ.get('DB_PASSWORD', '§')", PASSWORD],
  ['password-in-call', 'build.gradle', 'password "§"', PASSWORD],
  ['password-in-xml', 'a.xml', '<db.password>§</db.password>', PASSWORD],
  ['password-in-credentials-call', 'a.cs', 'new NetworkCredential("bot", "§")', PASSWORD],
  ['password-named-beside', 'a.json', '{"name": "DB_PASSWORD", "value": "§"}', PASSWORD],
  ['password-in-connection-string', 'a.cs', '"Server=db;User Id=sa;Password=§;"', PASSWORD],
  ['token-quoted', 'a.ts', "const apiKey = '§';", TOKEN],
  ['token-in-configuration', 'values.yaml', 'clientSecret: §', TOKEN],
  ['token-in-environment', 'a.md', 'export DEPLOY_TOKEN=§', TOKEN],
  ['token-in-xml', 'a.xml', '<apiToken>§</apiToken>', TOKEN],
  ['token-named-beside', 'a.json', '{"name": "API_TOKEN", "value": "§"}', TOKEN],
  ['terraform-variable-default', 'a.tf', 'variable "db_secret" {\n  default = "§"\n}', TOKEN],
  ['token-in-query', 'a.md', 'https://api.corp.net/v1?access_token=§', TOKEN],
  ['token-in-header', 'a.http', 'X-Api-Key: §', TOKEN],
  ['token-in-call', 'a.go', 'client.SetAuthToken("§")', TOKEN],
  ['hex-key', 'a.txt', 'mailer SECRET §', HEX(32)],
  ['hex-key', 'a.txt', 'mailer_token: §', COUNTED],
  ['mixed-key', 'a.txt', 'mailerKEY-§', TOKEN],
  ['joined-key', 'a.txt', 'mailer_token = §', `${HEX(12)}-${TOKEN}`],
  ['key-in-notes', 'a.txt', 'mailer token §', `${TOKEN.slice(0, 20)}_${TOKEN.slice(20)}`],
  ['secret-file', 'secrets/db.token', '§\n', TOKEN],
  ['key-in-configuration', 'a.env', 'maps_key=§', TOKEN],
  ['key-quoted', 'a.ts', "const hashKey = '§';", TOKEN],
];

/** At least one for each rule. */
export const CASES: readonly GenericCase[] = [
  ...PRIVATE_KEYS,
  ...FILES,
  ...FORMATS,
  ...FRAMEWORKS,
  ...HASHES,
  ...ADDRESSES,
  ...COMMANDS,
  ...ASSIGNED,
];
