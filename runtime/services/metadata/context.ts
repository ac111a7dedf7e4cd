import type { Clock } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import type { Logger } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Keys } from './keys.ts';
import type { NodeRegistry } from './nodes.ts';
import type { MetadataSettings } from './settings.ts';

/** What every part of the service works with. */
export interface Context {
  readonly db: Database;
  readonly settings: MetadataSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly client: HttpClient;
  readonly keys: Keys;
  readonly nodes: NodeRegistry;
  /** This life of the database: part of every instance's name. */
  readonly incarnation: string;
  /** Fresh at every start; each run of a proposer adds its own number to it. */
  readonly proposerId: string;
  /** Aborts when the service stops: background work ends with it. */
  readonly signal: AbortSignal;
  /** Throws `read_only` while rows are provisional. */
  assertWritable(): void;
}
