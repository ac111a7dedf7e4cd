/**
 * ChunkPaxos on the wire. A proposer (uploader or metadata service) talks to N storage nodes, the acceptors:
 *
 *   proposer                         storage node
 *   POST /paxos/{i}/prepare  {grant, ballot}                → 200 PROMISE | CHOSEN            409 NACK
 *   PUT  /paxos/{i}/stage    frame(StageHeader, bytes)      → 200 STAGED                      422, 507
 *   PUT  /paxos/{i}/accept   frame(AcceptHeader, bytes?)    → 200 ACK | CHOSEN                409 NACK, 422, 507
 *   POST /paxos/{i}/learn    {grant, value, closed_through, mac}  (metadata service only)     → 200 LEARNED
 *   GET  /paxos/{i}                                         → 200 AcceptorStatus              404
 *
 * `{i}` is the instance, `chunkId.gN`. A NACK travels as an error body: `{detail, code: 'nack' | 'equivocation', details: Nack}`.
 *
 * A frame is a JSON header followed by raw bytes: paxos-frame.ts.
 *
 * MACs are HMAC-SHA256 in lower-case hex over the canonical texts below: lines joined by "\n", the first one naming the kind, so that
 * no text of one kind is ever a text of another. No field can hold a line break.
 */
import { z } from 'zod';
import { ChunkId, instanceKeyOf, NodeId, Sha256Hex, StoreUuid } from './ids.ts';

/** More stores than any redundancy mode uses; bounds every loop over a grant. */
export const GRANT_STORES_MAX = 16;

/** An acceptor keeps at most this many staged or accepted pieces per instance, so that nobody can fill its disk through one id. */
export const HELD_PIECES_MAX = 4;

/** Rounds stay far below 2^53, so that adding one never loses precision. */
export const ROUND_MAX = 2 ** 40;

const count = z.number().int().nonnegative();

export const ProposerId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a proposer id is 1–64 characters of A–Z a–z 0–9 _ -');
export const Incarnation = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'an incarnation is 1–64 characters of A–Z a–z 0–9 _ -');
export const MacHex = z.string().regex(/^[0-9a-f]{64}$/, 'a MAC is 64 lower-case hex digits');

/** Ordered by round, then by proposer id (code units). `proposer_id` is fresh at every process start; round 0 is the grant owner's alone. */
export const Ballot = z.object({ round: count.max(ROUND_MAX), proposer_id: ProposerId });

/**
 * What an instance decides. PLACED: these bytes. `sha256` and `size_bytes` are of the whole chunk; `fragment_sha256` is empty for
 * replication, else fragment i's hash, which is for the grant's store i. ABORT closes the generation. DELETED is for manifest versions.
 */
export const PlacedValue = z.object({
  kind: z.literal('PLACED'),
  sha256: Sha256Hex,
  size_bytes: count,
  fragment_sha256: z.array(Sha256Hex).max(GRANT_STORES_MAX),
});
export const AbortValue = z.object({ kind: z.literal('ABORT') });
export const DeletedValue = z.object({ kind: z.literal('DELETED') });
export const Value = z.discriminatedUnion('kind', [PlacedValue, AbortValue, DeletedValue]);

export const GrantStore = z.object({ node_id: NodeId, store_uuid: StoreUuid });

/**
 * The right to run one instance, issued once by the metadata service. `k` data and `m` parity pieces on `stores` (replication: k = 1,
 * m = N − 1). `grant_seq` counts every grant of an incarnation. `not_after` is in Unix seconds. `mac` is by the cluster's grant key.
 */
export const Grant = z
  .object({
    incarnation: Incarnation,
    chunk_id: ChunkId,
    generation: count,
    stores: z.array(GrantStore).min(1).max(GRANT_STORES_MAX),
    k: count.min(1),
    m: count,
    owner_id: ProposerId,
    grant_seq: count,
    not_after: count,
    mac: MacHex,
  })
  .refine((grant) => grant.k + grant.m === grant.stores.length, 'a grant names exactly k + m stores')
  .refine((grant) => new Set(grant.stores.map((store) => store.store_uuid)).size === grant.stores.length, 'a grant names each store once');

/** One store's share of a value: `index` is the fragment's (the store's position in the grant), or 0 for replication. */
export const Piece = z.object({ index: count.max(GRANT_STORES_MAX - 1), sha256: Sha256Hex });
export const Vote = z.object({ ballot: Ballot, value: Value });

export const PrepareRequest = z.object({ grant: Grant, ballot: Ballot });
export const StageHeader = z.object({ grant: Grant, piece: Piece });
/** `piece` is null when no bytes are attached: ABORT, DELETED, or a PLACED whose piece the store already holds. */
export const AcceptHeader = z.object({ grant: Grant, ballot: Ballot, value: Value, piece: Piece.nullable() });
/**
 * `value` is null when a generation was closed undecided. Every generation ≤ `closed_through` is closed and no longer read, so its bytes
 * may go (−1: none). A LEARN stays valid past the grant's expiry.
 */
export const LearnRequest = z.object({ grant: Grant, value: Value.nullable(), closed_through: z.number().int().min(-1), mac: MacHex });

export const PromiseReply = z.object({
  type: z.literal('PROMISE'),
  store_uuid: StoreUuid,
  ballot: Ballot,
  accepted: Vote.nullable(),
  held: z.array(Piece).max(HELD_PIECES_MAX),
});
export const Chosen = z.object({ type: z.literal('CHOSEN'), store_uuid: StoreUuid, value: Value });
export const Staged = z.object({ type: z.literal('STAGED'), store_uuid: StoreUuid, piece: Piece });
/** A vote, and proof of it: `mac` is by the store's own key over `ackMacText`. */
export const Ack = z.object({ type: z.literal('ACK'), store_uuid: StoreUuid, ballot: Ballot, value: Value, mac: MacHex });
/**
 * Why a store did not do as asked. `promised`: a higher ballot was promised. `equivocation`: this ballot already has another value.
 * `missing_bytes`: PLACED without its piece. `abstains`: the store was damaged and does not know what it may have voted. `closed`: the
 * generation was closed. `not_allowed`: the grant names another store, or round 0 was used by someone else or for an ABORT.
 */
export const NackReason = z.enum(['promised', 'equivocation', 'missing_bytes', 'abstains', 'closed', 'not_allowed']);
export const Nack = z.object({ type: z.literal('NACK'), store_uuid: StoreUuid, reason: NackReason, ballot: Ballot, promised: Ballot });
export const Learned = z.object({ type: z.literal('LEARNED'), store_uuid: StoreUuid });

export const PrepareReply = z.discriminatedUnion('type', [PromiseReply, Chosen, Nack]);
export const StageReply = z.discriminatedUnion('type', [Staged, Nack]);
/** CHOSEN: another value was decided already. */
export const AcceptReply = z.discriminatedUnion('type', [Ack, Chosen, Nack]);

/** Proof that a value is chosen: ACKs of one ballot and value by at least Q2 of the grant's stores. */
export const Certificate = z.object({
  grant: Grant,
  ballot: Ballot,
  value: Value,
  acks: z.array(z.object({ store_uuid: StoreUuid, mac: MacHex })).min(1).max(GRANT_STORES_MAX),
});

/** What anyone with the cluster secret may see of an acceptor. Rebuilding the metadata database reads these. */
export const AcceptorStatus = z.object({
  instance: z.string(),
  store_uuid: StoreUuid,
  grant: Grant.nullable(),
  promised: Ballot,
  accepted: Vote.nullable(),
  held: z.array(Piece).max(HELD_PIECES_MAX),
  chosen: Value.nullable(),
  closed: z.boolean(),
});

export type Ballot = z.infer<typeof Ballot>;
export type PlacedValue = z.infer<typeof PlacedValue>;
export type Value = z.infer<typeof Value>;
export type GrantStore = z.infer<typeof GrantStore>;
export type Grant = z.infer<typeof Grant>;
export type Piece = z.infer<typeof Piece>;
export type Vote = z.infer<typeof Vote>;
export type PrepareRequest = z.infer<typeof PrepareRequest>;
export type StageHeader = z.infer<typeof StageHeader>;
export type AcceptHeader = z.infer<typeof AcceptHeader>;
export type LearnRequest = z.infer<typeof LearnRequest>;
export type PromiseReply = z.infer<typeof PromiseReply>;
export type Chosen = z.infer<typeof Chosen>;
export type Staged = z.infer<typeof Staged>;
export type Ack = z.infer<typeof Ack>;
export type NackReason = z.infer<typeof NackReason>;
export type Nack = z.infer<typeof Nack>;
export type Learned = z.infer<typeof Learned>;
export type PrepareReply = z.infer<typeof PrepareReply>;
export type StageReply = z.infer<typeof StageReply>;
export type AcceptReply = z.infer<typeof AcceptReply>;
export type Certificate = z.infer<typeof Certificate>;
export type AcceptorStatus = z.infer<typeof AcceptorStatus>;

/** `round.proposerId`, as in the header `X-Ballot-Number`. */
export const formatBallot = (ballot: Ballot): string => `${ballot.round}.${ballot.proposer_id}`;

/** Reads `round.proposerId`; undefined when the text is no ballot. */
export const parseBallot = (text: string): Ballot | undefined => {
  const match = /^(0|[1-9][0-9]{0,12})\.([A-Za-z0-9_-]{1,64})$/.exec(text);
  return match ? { round: Number(match[1]), proposer_id: match[2]! } : undefined;
};

/** The one spelling of a value: equal values have equal texts. The value hash in an ACK's MAC is the SHA-256 of this text. */
export const valueText = (value: Value): string =>
  value.kind === 'PLACED' ? ['PLACED', value.sha256, value.size_bytes, ...value.fragment_sha256].join(' ') : value.kind;

/** What `grant.mac` covers. The grant hash in other MACs is the SHA-256 of this same text. */
export const grantMacText = (grant: Omit<Grant, 'mac'>): string =>
  [
    'vstack-grant-1',
    grant.incarnation,
    instanceKeyOf(grant.chunk_id, grant.generation),
    `${grant.k}+${grant.m}`,
    grant.owner_id,
    grant.grant_seq,
    grant.not_after,
    ...grant.stores.map((store) => `${store.node_id} ${store.store_uuid}`),
  ].join('\n');

/** Hashes are lower-case hex: `grantHash` of `grantMacText(grant)`, `valueHash` of `valueText(value)`. */
export interface MacSubject {
  grant: Pick<Grant, 'chunk_id' | 'generation'>;
  grantHash: string;
  valueHash: string;
  storeUuid: string;
}

/** What an ACK's MAC covers: instance, grant hash, ballot, value hash, store. */
export const ackMacText = (subject: MacSubject & { ballot: Ballot }): string =>
  [
    'vstack-ack-1',
    instanceKeyOf(subject.grant.chunk_id, subject.grant.generation),
    subject.grantHash,
    formatBallot(subject.ballot),
    subject.valueHash,
    subject.storeUuid,
  ].join('\n');

/** What a LEARN's MAC covers. `valueHash` is empty when the generation was closed undecided. */
export const learnMacText = (subject: MacSubject & { closedThrough: number }): string =>
  [
    'vstack-learn-1',
    instanceKeyOf(subject.grant.chunk_id, subject.grant.generation),
    subject.grantHash,
    subject.valueHash,
    subject.closedThrough,
    subject.storeUuid,
  ].join('\n');
