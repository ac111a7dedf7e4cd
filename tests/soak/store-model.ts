/**
 * What a store may show after a crash: for every key the last acknowledged value, or a later one that was never acknowledged. What was
 * seen once after a restart is settled and must not change again.
 */
import type { RecordKind, Store, StoreWrite } from '../../runtime/services/storage-node/engine/types.ts';

/** `undefined` stands for "does not exist". */
type Value = string | undefined;

interface History {
  settled: Value;
  /** Attempts since `settled`, oldest first. */
  open: { value: Value; isAcknowledged: boolean }[];
}

export class StoreModel {
  readonly #keys = new Map<string, History>();
  /** Keys that are always written together and must always agree. */
  readonly #pairs = new Set<string>();

  /** Tells the model of a commit before it is tried; the returned function tells that it was acknowledged. */
  attempt(writes: readonly StoreWrite[]): () => void {
    const attempts = writes.map((write) => {
      const attempt = { value: 'deleted' in write ? undefined : fingerprint(write.bytes), isAcknowledged: false };
      this.#history(write.kind, write.key).open.push(attempt);
      return attempt;
    });
    return () => attempts.forEach((attempt) => (attempt.isAcknowledged = true));
  }

  addPair(key: string): void {
    this.#pairs.add(key);
  }

  /** A reader saw a value: from then on it must not be lost, for who reads it may act on it. */
  observe(kind: RecordKind, key: string, bytes: Uint8Array): void {
    const value = fingerprint(bytes);
    const seen = this.#history(kind, key).open.findLast((attempt) => attempt.value === value);
    if (seen) seen.isAcknowledged = true;
  }

  /** Reads everything back. Throws at the first lie. */
  async check(store: Store): Promise<void> {
    for (const [name, history] of this.#keys) {
      const [kind, key] = name.split('/') as [RecordKind, string];
      const bytes = await store.readSmall(kind, key);
      const value = bytes === undefined ? undefined : fingerprint(bytes);
      const allowed = allowedValues(history);
      if (!allowed.includes(value)) {
        throw new Error(`${name} shows ${value}; allowed after the crash: ${allowed.join(', ')}`);
      }
      if ((store.stat(kind, key) === undefined) !== (value === undefined)) throw new Error(`${name}: stat and read disagree`);
      history.settled = value;
      history.open = [];
    }
    for (const key of this.#pairs) {
      const chunk = await store.readSmall('chunk', key);
      const state = await store.readSmall('acceptor', key);
      if (chunk === undefined ? state !== undefined : state === undefined || fingerprint(chunk) !== fingerprint(state)) {
        throw new Error(`the records of ${key} were written in one commit and must exist together`);
      }
    }
    const expected = [...this.#keys].filter(([, history]) => history.settled !== undefined).map(([name]) => name);
    const listed = (['chunk', 'fragment', 'acceptor'] as const).flatMap((kind) => [...store.keys(kind)].map((key) => `${kind}/${key}`));
    if (expected.sort().join() !== listed.sort().join()) throw new Error(`keys() lists ${listed.length} keys, ${expected.length} were expected`);
  }

  #history(kind: RecordKind, key: string): History {
    const name = `${kind}/${key}`;
    const known = this.#keys.get(name) ?? { settled: undefined, open: [] };
    this.#keys.set(name, known);
    return known;
  }
}

const allowedValues = (history: History): Value[] => {
  const lastAcknowledged = history.open.findLastIndex((attempt) => attempt.isAcknowledged);
  const since = history.open.slice(Math.max(0, lastAcknowledged)).map((attempt) => attempt.value);
  return lastAcknowledged === -1 ? [history.settled, ...since] : since;
};

/** Test payloads begin with a text that names them, and repeat it to their end. */
export const payloadOf = (name: string, sizeBytes: number): Buffer => Buffer.alloc(sizeBytes, `${name}#${sizeBytes};`);

const fingerprint = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes.subarray(0, 40)).toString('latin1');
  const name = text.slice(0, text.indexOf(';') + 1);
  const whole = name === '' ? text : Buffer.alloc(bytes.length, name).equals(bytes) ? name : 'MIXED BYTES';
  return `${whole}${bytes.length}`;
};
