/**
 * Why a decision fell as it did: the stable words of `reason` in `egress.jsonl`, each with one sentence for people.
 * Scripts match on the words, so they are never renamed. In audit mode the word says why block mode would refuse.
 */
export const EGRESS_REASONS = {
  rule: 'A rule allows it.',
  'no-rule': 'No rule names this host.',
  'port-not-allowed': 'Rules name this host or address, but not with this port.',
  'protocol-not-allowed': 'This protocol is never forwarded.',
  'direct-address': 'An address was used without a name, and no rule lists the address.',
  'private-address': 'The address is private, and the rule does not say private: true.',
  'metadata-address':
    'The address is link-local or belongs to a cloud metadata service; it is never reachable.',
  'loopback-address': 'The address is a loopback address; it is never reachable.',
  'multicast-address': 'The address is a multicast or broadcast address; it is never reachable.',
  'reserved-address': 'The address is reserved and belongs to nobody; it is never reachable.',
  'own-address': 'The address belongs to the sandbox itself.',
  'ipv6-address': 'The address is IPv6; the sandbox has none.',
  'gateway-port': 'The agent tried a port of the gateway that is not for it.',
  'spoofed-source': 'The packet came from an address that the agent does not have.',
  'sni-missing': 'The TLS hello names no host.',
  'sni-mismatch': 'The TLS hello names another host than the one that was looked up.',
  'host-missing': 'The HTTP request names no host, or more than one.',
  'host-mismatch': 'The HTTP request names another host than the one that was looked up.',
  'not-tls': 'Port 443 was used for something that is not TLS.',
  'not-http': 'HTTP was expected, because of the port or because the rule has http restrictions.',
  'http-malformed': 'The HTTP request is malformed, or can be read in two ways.',
  'method-not-allowed': 'The rules for this host and path do not list the method.',
  'path-not-allowed': 'The rules for this host do not list the path.',
  'ambiguous-path': 'The path can be read in two ways, so it cannot be compared with the rules.',
  'dns-no-rule': 'The name was looked up, but no rule allows it; the question was not passed on.',
  'dns-type': 'The name is allowed, but this type of DNS record is not served.',
  'dns-malformed': 'The DNS message is malformed, or asks several questions.',
  'resolve-failed': 'The upstream resolver has no usable address for the name.',
  'upstream-failed': 'The destination did not accept the connection, or broke it.',
  'upstream-certificate': 'The certificate of the destination could not be verified.',
  'client-handshake':
    'The client broke off the TLS handshake; it may not trust the certificate authority of the run.',
  timeout: 'The connection was silent for too long.',
  budget: 'The budget of the run for its model is used up.',
  'upload-budget': 'The rule says how much may be sent in one run, and that much was sent.',
  'request-budget': 'The rule says how many requests one run may make, and that many were made.',
  'key-refused': 'The model provider did not accept the key of the run.',
  'too-many-connections':
    'The agent has too many connections open, or too many requests that wait for their answers on one.',
  'too-many-names': 'The agent used more names under wildcard rules than one run may.',
  flood: 'Too many different attempts in one second to name each; this line counts them.',
} as const satisfies Record<string, string>;

export type EgressReason = keyof typeof EGRESS_REASONS;

/** The word in `rule` when no rule had a say. */
export const NO_RULE = 'default';
