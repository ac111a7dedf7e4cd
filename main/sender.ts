/** Who may talk to the main process: the main frame of our own page, and nobody else. */
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { VStackError } from '../runtime/contract/errors.ts';
import { isPageUrl } from './page-origin.ts';

/** @throws VStackError foreign_origin for every other frame, and for one that is gone */
export const checkSender = ({ senderFrame, sender }: IpcMainEvent | IpcMainInvokeEvent, pageUrl: string): WebContents => {
  if (senderFrame && senderFrame === sender.mainFrame && isPageUrl(senderFrame.url, pageUrl)) return sender;
  throw new VStackError('foreign_origin', `Only the page of this program may call its host, not ${senderFrame?.url ?? 'a frame that is gone'}.`);
};
