import { BlockList, isIP } from 'node:net';

/** An IPv6 customer gets a /64, or up to a /48 of them: the whole may do so many times what one may. */
const SITE_TIMES = 8;
/** A peer on this machine or network is likely a proxy that TRUSTED_PROXIES does not name, so all readers at once. */
const NEAR_TIMES = 20;

/** The networks that a client's address belongs to, and how many times one client's share each may have. */
export function sharesOf(client: string): { network: string; times: number }[] {
  const address = client.replace(/%.*$/, ''); // the zone of a link-local one
  const family = isIP(address);
  if (family === 0 || NEAR.check(address, family === 4 ? 'ipv4' : 'ipv6'))
    return [{ network: address, times: NEAR_TIMES }];
  if (family === 4) return [{ network: address, times: 1 }];
  const groups = groupsOf(address);
  return [
    { network: groups.slice(0, 4).join(':'), times: 1 },
    { network: groups.slice(0, 3).join(':'), times: SITE_TIMES },
  ];
}

/** The eight groups of an IPv6 address, in the one spelling that URL gives it. */
function groupsOf(address: string): string[] {
  const [left = [], right = []] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter(Boolean));
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}

/** Loopback, private and link-local networks. */
const NEAR = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  NEAR.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  NEAR.addSubnet(network, bits, 'ipv6');
