/** Where a proposer's bytes come from: its own upload, or the stores that already hold an adopted value. */
import type { Grant, PlacedValue } from '../../contract/paxos.ts';
import { isErasureCoded, pieceFor } from '../../core/chunkpaxos/value.ts';
import type { PaxosTransport } from './transport.ts';

/** The bytes of a value, by the store that shall hold them. Replication gives every store the same array. */
export type PieceSource = (storeIndex: number) => Uint8Array;

export interface PieceTools {
  /** SHA-256 in lower-case hex. */
  sha256(bytes: Uint8Array): string | Promise<string>;
  /**
   * Rebuilds all k + m fragments from any k of them; leave it out where erasure-coded values cannot be adopted. `fragments[i]` is
   * undefined where it is missing.
   */
  rebuild?(fragments: readonly (Uint8Array | undefined)[], value: PlacedValue, grant: Grant): Uint8Array[] | Promise<Uint8Array[]>;
}

/**
 * Fetches a voted value's bytes, from stores in the mask `sources` first, and verifies every piece before it counts. Undefined when
 * the stores in reach cannot give them.
 */
export const gatherPieces = async (
  grant: Grant, value: PlacedValue, sources: number, transport: PaxosTransport, tools: PieceTools, signal: AbortSignal,
): Promise<PieceSource | undefined> => {
  const readVerified = async (storeIndex: number): Promise<Uint8Array | undefined> => {
    const piece = pieceFor(value, storeIndex);
    try {
      const bytes = await transport.read(grant.stores[storeIndex]!, grant, piece, signal);
      return bytes && (await tools.sha256(bytes)) === piece.sha256 ? bytes : undefined;
    } catch {
      return undefined; // A store out of reach holds nothing for us now; the next one is asked.
    }
  };
  const order = grant.stores.map((_, index) => index).sort((a, b) => Number((sources >> b) & 1) - Number((sources >> a) & 1));
  if (!isErasureCoded(value)) {
    for (const storeIndex of order) {
      const bytes = await readVerified(storeIndex);
      if (bytes) return () => bytes;
    }
    return undefined;
  }
  if (!tools.rebuild) return undefined;
  const fragments = await Promise.all(grant.stores.map((_, index) => readVerified(index)));
  if (fragments.filter(Boolean).length < grant.k) return undefined;
  const rebuilt = await tools.rebuild(fragments, value, grant);
  for (const [index, bytes] of rebuilt.entries()) if ((await tools.sha256(bytes)) !== value.fragment_sha256[index]) return undefined;
  return (storeIndex) => rebuilt[storeIndex]!;
};
