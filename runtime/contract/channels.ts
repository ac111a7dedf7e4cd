/**
 * Names only, and no imports: the preload bridge must stay a few hundred bytes, so it cannot carry the schemas.
 * A unit test holds these lists equal to the contract's.
 */

/** Electron IPC: the page asks (`invoke`) and is told (`send`). */
export const CALL_CHANNEL = 'vstack:call';
export const CANCEL_CHANNEL = 'vstack:cancel';
export const EVENT_CHANNEL = 'vstack:event';

/** What only the desktop program can do, a channel each; runtime/contract/native.ts tells what travels on them. */
export const CHOOSE_FILES_CHANNEL = 'vstack:choose-files';
export const CHOOSE_FOLDER_CHANNEL = 'vstack:choose-folder';
export const CHOOSE_SAVE_PATH_CHANNEL = 'vstack:choose-save-path';
export const SHOW_IN_FOLDER_CHANNEL = 'vstack:show-in-folder';
/** The menu tells the page what was chosen in it. */
export const MENU_COMMAND_CHANNEL = 'vstack:menu-command';

export const callNames = [
  'cluster:status', 'cluster:launch', 'cluster:stop',
  'nodes:add', 'nodes:remove', 'nodes:stop', 'nodes:start', 'nodes:restart', 'nodes:kill', 'nodes:pause', 'nodes:resume',
  'metadata:rebuild',
  'logs:query', 'logs:export',
  'videos:list', 'videos:manifest', 'videos:rename', 'videos:delete', 'videos:restore', 'videos:view',
  'videos:thumbnail', 'videos:set-thumbnail', 'videos:save', 'videos:download-link',
  'uploads:list', 'uploads:start', 'uploads:sample', 'uploads:cancel',
  'playback:report', 'playback:latest', 'playback:sessions',
  'metrics:latest', 'metrics:history', 'metrics:summary', 'metrics:export',
  'network:show', 'network:set', 'network:apply-profile', 'network:reset', 'network:profiles', 'network:save-profile', 'network:delete-profile',
  'scenarios:list', 'scenarios:save', 'scenarios:delete', 'scenarios:run', 'scenarios:stop',
  'comparison:conditions', 'comparison:start', 'comparison:stop', 'comparison:status', 'comparison:reports', 'comparison:report', 'comparison:delete-report', 'comparison:export',
  'demo:start', 'demo:stop', 'demo:status',
  'events:list',
  'system:info', 'system:doctor', 'system:diagnostics', 'system:open-folder', 'system:set-data-folder', 'system:shutdown',
  'settings:get', 'settings:set',
] as const;

export const eventNames = [
  'cluster:changed', 'logs:lines', 'videos:changed', 'videos:saving', 'uploads:changed', 'playback:changed', 'metrics:sample', 'network:changed', 'network:sample', 'network:library',
  'comparison:changed', 'comparison:library', 'demo:changed', 'events:added', 'settings:changed',
] as const;
