/** Words that name things in code and configuration, and words of examples: alone they are no secret. */
export const NAME_WORDS: ReadonlySet<string> = new Set(
  `aes128 aes256 argon2 base32 base64 es256 hs256 iso8859 md5 pbkdf2 rs256 sha1 sha224 sha256 sha384 sha512 utf16 x509
  access account accounts action active add address admin administrator alias all allow and anonymous any api apikey
  app application args array attribute auth authentication author authorization aws azure backup bar base basic baz bearer bin
  binary blank body bool boolean bot bucket build by byte bytes cache caching callback ca cert certificate check class client cloud code
  column com command config configuration confirm connection console container content context control cookie correct create
  cred credential credentials creds crypto csrf current custom data database date db debug default delete deploy dev
  develop developer development digest disable disabled docker does domain done edit email empty enable enabled encoded encrypt
  encrypted encryption end endpoint entry env environment error event expired external extra fail failed false field file
  files first flag float flow foo for forgot form format from func function gateway generate generated generic get git github
  gitlab go google grant group guest handler has hash hashed header headers hello helper hidden host http https id identity image
  in incorrect index info init input int integer internal invalid is issuer item jdbc json jwt key keyname keys kind kube
  kubernetes label last ldap length level line link list load local localhost lock log login long main manager map master me
  member message method missing mode model module mongo mongodb my mysql name namespace native needed net new nil no node non none not
  null number oauth object of off ok old on one only op open operator option optional options or order origin other out
  output owner pack page param parameter params parse part pass passcode passphrase passwd password passwords path payload permission phone plain
  plaintext platform please port post postgres prefix principal private prod production profile project properties property
  provider proxy public put pwd query queue random raw read reader readonly redis ref refresh region registry remember
  remote request require required reset resource response rest result retry role root row rsa run runtime salt save schema scope
  script secret secretkey secrets secure security select self send server service session set setting settings setup sha
  shared short show sign signature signing simple single site size some source spec sql ssh ssl staging standard start state
  static status stdin storage store str string strong subject submit success super supported system table tag target task temp
  template tenant test tester testing tests text the this time title tls tmp to token tokens top true two type types undefined unique
  unknown unset update upload uri url usage use used user userid username users utf util valid validate validation value values
  var variable vault verify version very view void warning weak web webhook with word work worker write wrong www xml yes you your zone`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
