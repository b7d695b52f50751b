import { BlockList, isIP } from 'node:net';

/**
 * What kind of place an IP address is (IANA special-purpose registries). `forbidden` is link-local
 * and cloud metadata, multicast, unspecified and reserved space: never spoken to.
 */
export type AddressClass = 'public' | 'private' | 'forbidden';

/** Spoken to only where the operator says so: this machine, private networks, CGNAT, unique local. */
const PRIVATE_V4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
];
const PRIVATE_V6 = ['::1/128', 'fc00::/7', 'fec0::/10'];

const FORBIDDEN_V4 = [
  '0.0.0.0/8',
  '100.100.100.200/32', // Alibaba Cloud's metadata service, inside CGNAT space.
  '168.63.129.16/32', // Azure's metadata and wire server, inside public space.
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
const FORBIDDEN_V6 = [
  '::/128',
  '100::/64',
  '2001:db8::/32',
  'fd00:ec2::254/128', // AWS's metadata service.
  'fd20:ce::254/128', // Google Cloud's metadata service.
  'fe80::/10',
  'ff00::/8',
];

/** Prefixes that carry an IPv4 address, and the byte it starts at (RFC 4291, 6052, 3056). */
const EMBEDDING = [
  { list: listOf(['::ffff:0:0/96'], 'ipv6'), from: 12 },
  { list: listOf(['::/96'], 'ipv6'), from: 12 },
  { list: listOf(['64:ff9b::/96'], 'ipv6'), from: 12 },
  { list: listOf(['2002::/16'], 'ipv6'), from: 2 },
] as const;

/** Teredo and local-use NAT64 hide an IPv4 address in ways not worth decoding. */
const OPAQUE = listOf(['2001::/32', '64:ff9b:1::/48'], 'ipv6');

const FORBIDDEN = { 4: listOf(FORBIDDEN_V4, 'ipv4'), 6: listOf(FORBIDDEN_V6, 'ipv6') } as const;
const PRIVATE = { 4: listOf(PRIVATE_V4, 'ipv4'), 6: listOf(PRIVATE_V6, 'ipv6') } as const;

/** Classifies an address in its canonical spelling; what is no IP address is `forbidden`. */
export function classifyAddress(address: string): AddressClass {
  switch (isIP(address)) {
    case 4:
      return classify(address, 4);
    case 6:
      return classify6(address);
    default:
      return 'forbidden';
  }
}

function classify6(address: string): AddressClass {
  const own = classify(address, 6);
  if (own !== 'public') return own;
  if (OPAQUE.check(address, 'ipv6')) return 'forbidden';
  const embedding = EMBEDDING.find(({ list }) => list.check(address, 'ipv6'));
  if (embedding === undefined) return own;
  const bytes = bytesOf(address).slice(embedding.from, embedding.from + 4);
  return classify(bytes.join('.'), 4);
}

function classify(address: string, family: 4 | 6): AddressClass {
  const name = family === 4 ? 'ipv4' : 'ipv6';
  if (FORBIDDEN[family].check(address, name)) return 'forbidden';
  return PRIVATE[family].check(address, name) ? 'private' : 'public';
}

function listOf(subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', prefix = ''] = subnet.split('/');
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}

/** The 16 bytes of a valid IPv6 address, whatever its spelling. */
function bytesOf(address: string): readonly number[] {
  // The URL parser writes every IPv6 address in groups of hexadecimal digits only.
  const groups = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = groups.split('::');
  const left = head.split(':').filter((group) => group !== '');
  const right = tail.split(':').filter((group) => group !== '');
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
