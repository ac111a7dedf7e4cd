/** What can be done with a log: cleared, exported, copied from. */
import type { LogLevel } from '../../runtime/contract/control/logs.ts';
import { saveBlob } from '../charts/save.ts';
import type { LogEntry } from '../logs/entry.ts';
import { entryJson, entryText } from '../logs/text.ts';
import { useLogStore } from '../stores/logs.ts';
import { useToastStore } from '../stores/toasts.ts';
import type { LogLines } from './log-lines.ts';
import { useTask } from './task.ts';

export interface LogActions {
  /** Empties the view, with a way back. */
  clear(): void;
  exportShown(): void;
  exportAll(): void;
  copy(entry: LogEntry): Promise<boolean>;
}

const JSON_LINES = 'application/jsonl';

export const useLogActions = (lines: LogLines, source: () => string | undefined, level: () => LogLevel): LogActions => {
  const store = useLogStore();
  const toasts = useToastStore();
  const { run: exportAll } = useTask(async () => {
    const { filename, text } = await store.exportAll(source(), level());
    saveBlob(new Blob([text], { type: JSON_LINES }), filename);
  }, 'The log could not be exported');
  const { run: copy } = useTask(async (entry: LogEntry) => {
    await navigator.clipboard.writeText(entryText(entry));
    toasts.succeed('Line copied');
  }, 'The line could not be copied');

  return {
    clear: () => {
      const undo = lines.clear();
      void toasts.undoable('Log view cleared', undo, { detail: 'The host still holds the lines; new ones go on here.' });
    },
    exportShown: () => saveBlob(new Blob(lines.entries().map((entry) => `${entryJson(entry)}\n`), { type: JSON_LINES }), `vstack-${source() ?? 'logs'}-shown.jsonl`),
    exportAll: () => void exportAll(),
    copy,
  };
};
