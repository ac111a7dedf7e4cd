/** An error nobody expected is told once, in words, and then the program ends in order: what it would do next is unknown. */
import type { EventEmitter } from 'node:events';
import { app, dialog } from 'electron';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @param dataDir names the folder with the logs */
export const tellFailures = (dataDir: string, source: Pick<EventEmitter, 'on'> = process): void => {
  let isTold = false;
  const fail = (error: unknown): void => {
    console.error(error);
    if (isTold) return;
    isTold = true;
    dialog.showErrorBox('V-Stack met an unexpected error', `${messageOf(error)}\n\nThe program ends now and stops the cluster. The logs in ${dataDir} tell more.`);
    app.quit();
  };
  source.on('uncaughtException', fail);
  source.on('unhandledRejection', fail);
};
