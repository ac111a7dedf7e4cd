/** Certificates: the proof, in a proposer's hands, that a value is chosen. */
import type { Certificate } from '../../contract/paxos.ts';
import { q2Of, storeIndexOf } from './quorum.ts';
import { RULES } from './rules.ts';
import type { Rules } from './rules.ts';
import { fitsGrant } from './value.ts';

export type CertificateVerdict = 'valid' | 'too_few' | 'foreign_store' | 'wrong_shape' | 'round_zero';

/**
 * Judges a certificate whose grant MAC and ACK MACs are already verified (an ACK's MAC covers grant, ballot, value and store, so a verified
 * one is a vote for just this). What is left is counting: Q2 distinct stores of the grant, one ballot, one value.
 */
export const judgeCertificate = (certificate: Certificate, rules: Rules = RULES): CertificateVerdict => {
  const { grant, ballot, value, acks } = certificate;
  if (!fitsGrant(value, grant.stores.length, grant.k)) return 'wrong_shape';
  if (rules.roundZeroIsTheOwners && ballot.round === 0 && (ballot.proposer_id !== grant.owner_id || value.kind === 'ABORT')) return 'round_zero';
  let seen = 0;
  let count = 0;
  for (const ack of acks) {
    const index = storeIndexOf(grant, ack.store_uuid);
    if (index < 0 && rules.foreignStoresAreIgnored) return 'foreign_store';
    if (index >= 0 && seen & (1 << index) && rules.storesCountOnce) continue;
    seen |= 1 << Math.max(0, index);
    count += 1;
  }
  const needed = rules.quorumsIntersect ? q2Of(grant) : Math.max(1, q2Of(grant) - 1);
  return count >= needed ? 'valid' : 'too_few';
};
