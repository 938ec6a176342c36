import { BlockList, isIP } from "node:net"

/** Networks that a stranger's address must not lead into (IANA's special-purpose registries). */
const IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const
/** The last three carry IPv4 addresses within. */
const IPV6 = [
  ["::", 127],
  ["100::", 64],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 9],
  ["ff00::", 8],
  ["64:ff9b::", 95],
  ["2001::", 32],
  ["2002::", 16],
] as const

const PRIVATE = new BlockList()
for (const [network, prefix] of IPV4) PRIVATE.addSubnet(network, prefix, "ipv4")
for (const [network, prefix] of IPV6) PRIVATE.addSubnet(network, prefix, "ipv6")

/** Whether an IP address belongs to this machine or a network behind it; what is no address counts as such. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  // An IPv4 address mapped into IPv6 is checked by the list as what it is.
  return family === 0 || PRIVATE.check(address, family === 6 ? "ipv6" : "ipv4")
}
