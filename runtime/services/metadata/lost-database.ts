/** A fresh database beside nodes that hold chunks is most likely a lost one: somebody should hear of it before new videos are added. */
import type { Context } from './context.ts';
import { addEvent } from './store/events.ts';

/** Returns a check that warns once per start. */
export const createLostDatabaseCheck = ({ db, nodes, clock, log }: Context): (() => Promise<void>) => {
  let hasWarned = false;
  return async () => {
    if (hasWarned) return;
    const full = nodes.all().filter((node) => node.chunkCount > 0);
    if (full.length === 0 || db.get('SELECT 1 FROM grants LIMIT 1') !== undefined) return;
    hasWarned = true;
    const held = full.map((node) => `${node.nodeId} holds ${node.chunkCount}`).join(', ');
    const message = `The database knows no chunk, but ${held}. If it was lost, run \`vstack metadata rebuild\`.`;
    log.warn(message);
    await db.write(() => addEvent(db, clock.wallMs(), 'database-empty', 'metadata.db', message));
  };
};
