/**
 * Names only, and no imports: the preload bridge must stay a few hundred bytes, so it cannot carry the schemas.
 * A unit test holds these lists equal to the contract's.
 */

/** Electron IPC: the page asks (`invoke`) and is told (`send`). */
export const CALL_CHANNEL = 'vstack:call';
export const CANCEL_CHANNEL = 'vstack:cancel';
export const EVENT_CHANNEL = 'vstack:event';

export const callNames = [
  'cluster:status', 'cluster:launch', 'cluster:stop',
  'nodes:add', 'nodes:remove', 'nodes:stop', 'nodes:start', 'nodes:restart', 'nodes:kill', 'nodes:pause', 'nodes:resume',
  'metadata:rebuild',
  'logs:query',
  'videos:list', 'videos:manifest', 'videos:rename', 'videos:delete', 'videos:view',
  'uploads:list', 'uploads:start', 'uploads:sample', 'uploads:cancel',
  'system:info', 'system:doctor', 'system:shutdown',
  'settings:get', 'settings:set',
] as const;

export const eventNames = ['cluster:changed', 'logs:lines', 'videos:changed', 'uploads:changed', 'settings:changed'] as const;
