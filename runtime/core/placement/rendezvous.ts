/**
 * Rendezvous (highest random weight) hashing: every node gets a score for a key, and the highest scores hold it. Which nodes hold a key
 * depends on nobody's history, and when a node comes or goes only the keys it gains or loses move.
 *
 * Weighted as in Schindelhauer & Schomaker, "Weighted Distributed Hash Tables" (2005): score = −weight / ln(u), with u uniform in (0, 1).
 */

export interface Candidate {
  nodeId: string;
  /** Share of keys relative to other nodes, above 0. @default 1 */
  weight?: number;
}

/** FNV-1a over UTF-16 code units, two lanes with different seeds, then the finaliser of MurmurHash3 on each. */
const mix = (text: string, seed: number): number => {
  let hash = seed >>> 0;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Uniform in (0, 1), the same for the same text on every machine: 53 bits, never 0 and never 1. */
export const uniformOf = (text: string): number => {
  const high = mix(text, 0x811c9dc5) >>> 6;
  const low = mix(text, 0x9747b28c) >>> 6;
  return (high * 2 ** 26 + low + 0.5) / 2 ** 52;
};

/** The line break keeps ("ab", "c") apart from ("a", "bc"); neither ids nor keys can hold one. */
export const scoreOf = (key: string, { nodeId, weight = 1 }: Candidate): number => -weight / Math.log(uniformOf(`${key}\n${nodeId}`));

/** All candidates, the best place for `key` first. Equal scores are ordered by node id, so that the order is total. */
export const rankNodes = <T extends Candidate>(key: string, candidates: readonly T[]): T[] =>
  candidates
    .map((candidate) => ({ candidate, score: scoreOf(key, candidate) }))
    .sort((a, b) => b.score - a.score || (a.candidate.nodeId < b.candidate.nodeId ? -1 : 1))
    .map(({ candidate }) => candidate);
